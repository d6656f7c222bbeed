#include "http/peer_progress.h"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>

namespace gateway::http {
namespace {

// What has left the kernel's send queue, up to a constant: earlier answers may wait in it too, so
// only differences mean something.
std::int64_t Acknowledged(int fd, std::size_t sent) {
  int queued = 0;
  if (ioctl(fd, SIOCOUTQ, &queued) != 0) queued = 0;
  return static_cast<std::int64_t>(sent) - queued;
}

}  // namespace

void PeerProgress::OnStalled(int fd, std::size_t sent) {
  if (stalled_) return;
  stalled_ = true;
  at_stall_ = Acknowledged(fd, sent);
}

void PeerProgress::Update(int fd, std::size_t sent) {
  if (!stalled_) return;
  bytes_ = static_cast<std::size_t>(std::max<std::int64_t>(Acknowledged(fd, sent) - at_stall_, 0));
}

}  // namespace gateway::http
