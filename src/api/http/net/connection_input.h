// The bytes that a connection has received: reads them into the scratch buffer of its loop, keeps
// what follows the request in progress, and limits how much is read per iteration of the loop, so
// that other connections have their turn. Owned by a Connection; one thread.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_INPUT_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_INPUT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/net/loop_context.h"
#include "api/http/net/stream.h"

namespace gateway::http {

class ConnectionInput final {
 public:
  enum class Status : std::uint8_t {
    kBytes,       // there are some, or the decoder has more
    kWouldBlock,  // nothing to read before the next OnReadable
    kTurnOver,    // there may be more, but the connection has had its share of the iteration
    kEnd,         // the client has closed its side
    kError,       // the connection is broken
  };

  ConnectionInput(LoopContext& loop, Stream* stream) : loop_(loop), stream_(stream) {}

  // The descriptor may be readable (edge-triggered: until a read finds nothing).
  void OnReadable() { readable_ = true; }
  void BeginTurn();

  // With kBytes, sets `*bytes` to what was kept, or else to what one read returned; valid until the
  // next call. The caller then calls Keep. `decoder_has_more`: the body decoder can go on even
  // without input.
  Status Next(bool decoder_has_more, std::string_view* bytes);
  // Keeps the last `left` bytes of what Next returned.
  void Keep(std::size_t left);
  // One read whose bytes are dropped.
  Status Discard();

  // True if no bytes are kept.
  bool empty() const { return kept_at_ == kept_.size(); }

 private:
  Status StartRead();
  Status StatusOf(IoResult result);

  LoopContext& loop_;
  Stream* const stream_;
  bool readable_ = false;
  int reads_ = 0;     // in this iteration
  int requests_ = 0;  // likewise, of kept bytes
  std::string_view current_;
  std::string kept_;
  std::size_t kept_at_ = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_INPUT_H_
