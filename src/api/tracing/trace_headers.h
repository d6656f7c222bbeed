// The trace context in a request's headers. Pure functions; any thread.
#ifndef GATEWAY_API_TRACING_TRACE_HEADERS_H_
#define GATEWAY_API_TRACING_TRACE_HEADERS_H_

#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "service/tracing/trace_context.h"

namespace gateway {

// The only `traceparent` header; `field` is its value as received.
struct RequestTrace {
  TraceContext context;
  std::string_view field;
};

// Absent if there is none, more than one, or a malformed one: then there is no trace, and
// tracestate is ignored, too.
std::optional<RequestTrace> TraceOf(const http::RequestHead& head);

// The `tracestate` headers, joined in order; "" if there is none. Only for a request that has a
// trace.
std::string TracestateOf(const http::RequestHead& head);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_TRACE_HEADERS_H_
