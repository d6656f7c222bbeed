#include "infra/logging/descriptor_writer.h"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>

namespace gateway {
namespace {

constexpr int kPollMs = 100;

bool IsRegularFile(int descriptor) {
  struct stat status {};
  return fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
}

}  // namespace

DescriptorWriter::DescriptorWriter(int descriptor)
    : descriptor_(descriptor), never_waits_(IsRegularFile(descriptor)) {}

bool DescriptorWriter::WaitUntilWritable() {
  while (true) {
    pollfd poll_for{descriptor_, POLLOUT, 0};
    const int ready = poll(&poll_for, 1, kPollMs);
    if (ready > 0) return (poll_for.revents & POLLOUT) != 0;
    if (ready < 0 && errno != EINTR) return false;
    if (abandoned_.load(std::memory_order_relaxed)) return false;
  }
}

bool DescriptorWriter::Write(std::string_view text) {
  while (!text.empty()) {
    // A writable pipe accepts PIPE_BUF bytes without blocking, whatever its flags.
    if (!never_waits_ && !WaitUntilWritable()) return false;
    const std::size_t chunk =
        never_waits_ ? text.size() : std::min<std::size_t>(text.size(), PIPE_BUF);
    const ssize_t written = write(descriptor_, text.data(), chunk);
    if (written > 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (written == 0 || (errno != EINTR && errno != EAGAIN)) {
      return false;
    }
  }
  return true;
}

}  // namespace gateway
