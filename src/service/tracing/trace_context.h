// The trace context of a request or a record: W3C Trace Context, level 1, as it is transmitted. A
// plain value; any thread.
#ifndef GATEWAY_SERVICE_TRACING_TRACE_CONTEXT_H_
#define GATEWAY_SERVICE_TRACING_TRACE_CONTEXT_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace gateway {

class TraceContext final {
 public:
  static constexpr std::size_t kLength = 55;

  // Reads the value of a `traceparent` header. Absent if it is malformed, and then its `tracestate`
  // must be ignored as well: digits not in lower case, ids of only zeros, version ff, anything
  // after the flags of version 00. Of later versions the four fields of version 00 are read, as the
  // standard requires.
  static std::optional<TraceContext> Parse(std::string_view traceparent);

  // "00-<32 digits>-<16 digits>-<2 digits>". The views live as long as this object.
  std::string_view traceparent() const { return {text_.data(), kLength}; }
  std::string_view trace_id() const { return traceparent().substr(3, 32); }
  std::string_view span_id() const { return traceparent().substr(36, 16); }
  std::string_view flags() const { return traceparent().substr(53, 2); }

 private:
  std::array<char, kLength> text_{};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TRACING_TRACE_CONTEXT_H_
