// The bytes of one connection: reads and writes that never block. Plain TCP here; TLS is another
// implementation. Owned by one Connection; one thread. Closes its descriptor when destroyed.
#ifndef GATEWAY_API_HTTP_STREAM_H_
#define GATEWAY_API_HTTP_STREAM_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gateway::http {

struct IoResult {
  enum class Status : std::uint8_t { kOk, kWouldBlock, kEnd, kError };
  Status status = Status::kOk;
  std::size_t bytes = 0;  // with kOk: at least 1
};

class Stream {
 public:
  virtual ~Stream() = default;
  virtual IoResult Read(char* buffer, std::size_t size) = 0;
  // May write less than it was given.
  virtual IoResult Write(const iovec* pieces, int count) = 0;
  // Says that nothing more will be written; reading goes on.
  virtual void ShutdownWrite() = 0;
  virtual int fd() const = 0;
};

// Takes `fd`, a connected non-blocking socket.
std::unique_ptr<Stream> MakePlainStream(int fd);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_STREAM_H_
