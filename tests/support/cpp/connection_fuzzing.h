// Shared by the fuzzers of whole connections: small limits, and the requests that the framer alone
// finds in the same bytes.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_CONNECTION_FUZZING_H_
#define GATEWAY_TESTS_SUPPORT_CPP_CONNECTION_FUZZING_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/h1/framer.h"
#include "api/http/net/connection_limits.h"

namespace gateway::testing {

// `seed` chooses how much a connection may do per turn.
inline http::ConnectionLimits FuzzLimits(std::uint8_t seed) {
  http::ConnectionLimits limits;
  limits.framer.head = {.max_target_bytes = 200, .max_head_bytes = 1'000, .max_fields = 20};
  limits.framer.max_body_bytes = 5'000;
  limits.framer.max_decoded_bytes = 1'000'000;
  limits.turn = {.reads = 1 + seed % 4,
                 .requests = 1 + seed / 4 % 4,
                 .decoded_bytes = std::size_t{1} << (seed / 16U)};
  return limits;
}

inline http::ContentCoding CodingOf(const http::RequestHead& head) {
  if (!head.HasBody()) return http::ContentCoding::kIdentity;
  return http::ContentCodingOf(head).value_or(http::ContentCoding::kIdentity);
}

struct FramedRequests {
  std::vector<std::string> bodies;
  std::optional<http::RequestError> refusal;
};

// Ends where a connection would: at a refusal, or after a request that closes it.
inline FramedRequests Frame(std::string_view input, const http::FramerLimits& limits) {
  using Event = http::RequestFramer::Event;
  FramedRequests found;
  http::RequestFramer framer(limits);
  bool last = false;
  while (!last) {
    switch (framer.Feed(&input)) {
      case Event::kNeedMore:
        return found;
      case Event::kHead:
        framer.DecodeBody(CodingOf(framer.head()));
        break;
      case Event::kBodyData:
        break;
      case Event::kComplete:
        found.bodies.push_back(framer.TakeBody());
        last = !framer.head().keep_alive;
        framer.Reset();
        break;
      case Event::kError:
        found.refusal = framer.error();
        return found;
    }
  }
  return found;
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_CONNECTION_FUZZING_H_
