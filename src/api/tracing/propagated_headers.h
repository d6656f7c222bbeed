// Header fields of a request that go on to Kafka as headers of each of its records: `traceparent`
// and `tracestate`, so that a trace does not end here, `idempotency-key`, so that consumers can
// tell duplicates, and what the configuration names (propagated_fields.h). Nothing is made up for a
// request that has none of them. Pure functions.
#ifndef GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_
#define GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_

#include <cstddef>
#include <span>

#include "api/http/message.h"
#include "api/tracing/propagated_fields.h"
#include "service/types/record.h"

namespace gateway {

// Where the spans of a request have a context of their own for its records.
class SpanHeaderSource {
 public:
  // The headers of a trace for the record, which has its own headers only; they live as long as the
  // batch.
  virtual std::span<const Header> TraceOf(const Record& record,
                                          std::span<const Header> rest) const = 0;

 protected:
  ~SpanHeaderSource() = default;
};

// Appends them after the record's own headers. A record header of the same name (case-insensitive)
// takes precedence; if the record has `traceparent` or `tracestate`, neither is added. A trace that
// is not well-formed is not carried. Bytes go to the batch's arena, byte for byte as they came;
// with `spans` those of the trace are theirs. Returns how many bytes it copied: what `fields` names
// is of the client's making.
std::size_t PropagateHeaders(const http::RequestHead& head, const PropagatedFields& fields,
                             RequestRecords* batch, const SpanHeaderSource* spans = nullptr);

}  // namespace gateway

#endif  // GATEWAY_API_TRACING_PROPAGATED_HEADERS_H_
