// The bytes on their way to one client: heads and short bodies in one buffer, a long body behind
// it without a copy. Knows how fast the client takes them. Owned by one Connection; one thread.
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
    kDone,     // everything is with the kernel
    kBlocked,  // the rest waits for an event of the descriptor
    kFailed,   // the connection has broken
  };

  bool empty() const { return sent_ == text_.size() + long_body_.size(); }

  // Where to append heads, chunks and the like. Not once a long body has been set, until it is out.
  // Begins a period (see since) if nothing has been waiting.
  std::string* Text(TimePoint now);
  // The body of `response`, behind the text.
  void SetBody(const Response& response);

  Status Flush(Stream* stream);

  // The beginning of the current period in which the client has to take something.
  TimePoint since() const { return since_; }
  // True if the peer itself has taken at least `bytes` in the period, which ends here; the next
  // begins at `now`.
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
