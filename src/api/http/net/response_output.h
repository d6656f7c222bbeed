// The bytes to be written to one client: heads and short bodies in one buffer, then a long body,
// which is not copied. Measures how fast the client reads them. Owned by one Connection; one
// thread.
#ifndef GATEWAY_API_HTTP_NET_RESPONSE_OUTPUT_H_
#define GATEWAY_API_HTTP_NET_RESPONSE_OUTPUT_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/http/net/peer_progress.h"
#include "api/http/net/stream.h"

namespace gateway::http {

class ResponseOutput final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  enum class Status : std::uint8_t {
    kDone,     // the kernel has taken everything
    kBlocked,  // the rest waits for an event of the descriptor
    kFailed,   // the connection has broken
  };

  bool empty() const { return sent_ == text_.size() + long_body_.size(); }

  // Append heads and chunks to it, but not after a long body has been set and before it is written.
  // Begins a period (see since) if the output was empty.
  std::string* Text(TimePoint now);
  // The body of `response`, behind the text.
  void SetBody(Response&& response);

  Status Flush(Stream* stream);

  // The beginning of the current period, in which the client must read something.
  TimePoint since() const { return since_; }
  // True if the peer itself has received at least `bytes` in the current period. Begins the next
  // period at `now`.
  bool HasTaken(std::size_t bytes, int fd, TimePoint now);

 private:
  void Clear();

  std::string text_;
  // Points into one of the two.
  std::string_view long_body_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
  std::size_t sent_ = 0;
  TimePoint since_;
  PeerProgress progress_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_RESPONSE_OUTPUT_H_
