#include "api/http/net/stream.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace gateway::http {
namespace {

IoResult FromReturn(ssize_t bytes) {
  if (bytes > 0) return {IoResult::Status::kOk, static_cast<std::size_t>(bytes)};
  if (bytes == 0) return {IoResult::Status::kEnd, 0};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {IoResult::Status::kWouldBlock, 0};
  return {IoResult::Status::kError, 0};
}

class PlainStream final : public Stream {
 public:
  explicit PlainStream(int fd) : fd_(fd) {}
  PlainStream(const PlainStream&) = delete;
  PlainStream& operator=(const PlainStream&) = delete;
  ~PlainStream() override { close(fd_); }

  IoResult Read(char* buffer, std::size_t size) override {
    ssize_t bytes = 0;
    do {
      bytes = recv(fd_, buffer, size, 0);
    } while (bytes < 0 && errno == EINTR);
    return FromReturn(bytes);
  }

  IoResult Write(const iovec* pieces, int count) override {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(pieces);  // NOLINT: sendmsg does not write through it
    message.msg_iovlen = static_cast<std::size_t>(count);
    ssize_t bytes = 0;
    do {
      bytes = sendmsg(fd_, &message, MSG_NOSIGNAL);
    } while (bytes < 0 && errno == EINTR);
    return FromReturn(bytes);
  }

  void ShutdownWrite() override { shutdown(fd_, SHUT_WR); }
  void Abort() override { ResetWhenClosed(fd_); }
  int fd() const override { return fd_; }

 private:
  const int fd_;
};

}  // namespace

void ResetWhenClosed(int fd) {
  const linger at_once{1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

std::unique_ptr<Stream> MakePlainStream(int fd) { return std::make_unique<PlainStream>(fd); }

}  // namespace gateway::http
