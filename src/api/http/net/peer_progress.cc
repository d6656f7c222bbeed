#include "api/http/net/peer_progress.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <utility>

namespace gateway::http {
namespace {

// The bytes that have left the kernel's send queue, plus an unknown constant, because the queue may
// also contain earlier answers: only differences are meaningful.
std::int64_t Acknowledged(int fd, std::size_t sent) {
  int queued = 0;
  if (ioctl(fd, SIOCOUTQ, &queued) != 0) queued = 0;
  return static_cast<std::int64_t>(sent) - queued;
}

}  // namespace

void PeerProgress::OnStalled(int fd, std::size_t sent) {
  if (stalled_) return;
  stalled_ = true;
  mark_ = Acknowledged(fd, sent);
}

std::size_t PeerProgress::TakeProgress(int fd, std::size_t sent) {
  if (!stalled_) return 0;
  const std::int64_t now = Acknowledged(fd, sent);
  const std::int64_t progress = now - std::exchange(mark_, now);
  return static_cast<std::size_t>(std::max<std::int64_t>(progress, 0));
}

}  // namespace gateway::http
