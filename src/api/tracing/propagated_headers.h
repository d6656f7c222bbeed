// Copies request headers to each record of the request: `traceparent` and `tracestate`, so that a
// trace continues, `idempotency-key`, so that consumers can detect duplicates, and those that the
// configuration names (propagated_fields.h). Nothing is generated for a request without them. Pure
// functions.
#ifndef GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_
#define GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_

#include <cstddef>
#include <span>

#include "api/http/message.h"
#include "api/tracing/propagated_fields.h"
#include "service/types/record.h"

namespace gateway {

// The source of trace headers if the request's spans have their own context.
class SpanHeaderSource {
 public:
  // The trace headers for the record, which has only its own headers so far; they live as long as
  // the batch.
  virtual std::span<const Header> TraceOf(const Record& record,
                                          std::span<const Header> rest) const = 0;

 protected:
  ~SpanHeaderSource() = default;
};

// Appends them after the record's own headers. A record header of the same name (case-insensitive)
// takes precedence; if the record has `traceparent` or `tracestate`, neither is added. A malformed
// trace is not copied. Bytes are copied unchanged to the batch's arena; with `spans` the trace
// headers are theirs. Returns how many bytes it copied, because the client controls their size.
std::size_t PropagateHeaders(const http::RequestHead& head, const PropagatedFields& fields,
                             RequestRecords* batch, const SpanHeaderSource* spans = nullptr);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_
