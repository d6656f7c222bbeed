// The trace that a request is part of, as its header fields say. Pure functions; any thread.
#ifndef GATEWAY_API_TRACING_TRACE_HEADERS_H_
#define GATEWAY_API_TRACING_TRACE_HEADERS_H_

#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "service/tracing/trace_context.h"

namespace gateway {

// What the one `traceparent` field says. `field` is its value, as it came.
struct RequestTrace {
  TraceContext context;
  std::string_view field;
};

// Absent if there is none, more than one, or one that is not well-formed: then there is no trace,
// and no tracestate either.
std::optional<RequestTrace> TraceOf(const http::RequestHead& head);

// The `tracestate` fields, which make one list in the order in which they came; "" if there is
// none. Only for a request that has a trace.
std::string TracestateOf(const http::RequestHead& head);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_TRACE_HEADERS_H_
