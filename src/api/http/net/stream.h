// The bytes of one connection: reads and writes that never block. Plain TCP here; TLS is another
// implementation (tls_stream.h). Owned by one Connection; one thread. Closes its descriptor when
// destroyed.
//
// After kWouldBlock retry at an event of the descriptor: a read when it is readable, a write when
// it is writable, unless TLS needs the opposite (see below).
#ifndef GATEWAY_API_HTTP_NET_STREAM_H_
#define GATEWAY_API_HTTP_NET_STREAM_H_

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http/peer.h"

namespace gateway::http {

struct IoResult {
  enum class Status : std::uint8_t { kOk, kWouldBlock, kEnd, kError };
  Status status = Status::kOk;
  std::size_t bytes = 0;  // with kOk: at least 1
};

class Stream {
 public:
  virtual ~Stream() = default;

  // True until Handshake has returned kOk; before that only fd(), Discard and ShutdownWrite may be
  // called.
  virtual bool needs_handshake() const { return false; }
  // The next step of the handshake; repeat after any event.
  virtual IoResult::Status Handshake() { return IoResult::Status::kOk; }
  // The results of the handshake; absent without TLS.
  virtual std::optional<TlsPeer> TlsFacts() const { return std::nullopt; }
  // Why the handshake failed, for the log.
  virtual std::string failure() const { return {}; }

  virtual IoResult Read(char* buffer, std::size_t size) = 0;
  // May write less than it was given. After kWouldBlock, pass the same bytes first again.
  virtual IoResult Write(const iovec* pieces, int count) = 0;
  // Ends the writing side; reading continues. Call once, with no unfinished Write.
  virtual void ShutdownWrite() = 0;
  // Makes the destructor reset the connection (with TLS, without close_notify), so that the peer
  // cannot mistake the end for an orderly one.
  virtual void Abort() = 0;
  // After ShutdownWrite: reads and discards until the end of the connection.
  virtual IoResult Discard(char* buffer, std::size_t size) { return Read(buffer, size); }

  // A read (or Discard) that would block waits for the descriptor to be writable, too; a write for
  // it to be readable.
  virtual bool read_waits_for_room() const { return false; }
  virtual bool write_waits_for_input() const { return false; }
  virtual int fd() const = 0;
};

// Creates the stream of an accepted connection; null if there is no memory. Takes ownership of
// `fd`.
using StreamFactory = std::function<std::unique_ptr<Stream>(int fd)>;

// Takes ownership of `fd`, a connected non-blocking socket.
std::unique_ptr<Stream> MakePlainStream(int fd);

// Makes close() reset the connection of `fd`.
void ResetWhenClosed(int fd);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_STREAM_H_
