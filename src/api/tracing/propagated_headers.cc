#include "api/tracing/propagated_headers.h"

#include <algorithm>
#include <string>
#include <vector>

#include "api/tracing/trace_headers.h"

namespace gateway {
namespace {

constexpr std::string_view kTraceparent = "traceparent";
constexpr std::string_view kTracestate = "tracestate";
constexpr std::string_view kIdempotencyKey = "idempotency-key";

bool Has(std::span<const Header> headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](const Header& header) {
    return http::EqualsIgnoreCase(header.name, name);
  });
}

// Sets `*merged` to `own`, followed by those of the other headers that it does not replace.
void Merge(std::span<const Header> own, std::span<const Header> trace, std::span<const Header> rest,
           std::vector<Header>* merged) {
  merged->assign(own.begin(), own.end());
  if (!Has(own, kTraceparent) && !Has(own, kTracestate)) {
    merged->insert(merged->end(), trace.begin(), trace.end());
  }
  for (const Header& header : rest) {
    if (!Has(own, header.name)) merged->push_back(header);
  }
}

std::vector<Header> PropagatedTrace(const http::RequestHead& head, RequestRecords* batch) {
  const auto trace = TraceOf(head);
  if (!trace) return {};
  std::vector<Header> carried = {{kTraceparent, batch->Keep(trace->field)}};
  const std::string state = TracestateOf(head);
  if (!state.empty()) carried.push_back({kTracestate, batch->Keep(state)});
  return carried;
}

}  // namespace

std::size_t PropagateHeaders(const http::RequestHead& head, const PropagatedFields& fields,
                             RequestRecords* batch, const SpanHeaderSource* spans) {
  const std::vector<Header> of_request =
      spans == nullptr ? PropagatedTrace(head, batch) : std::vector<Header>();
  std::vector<Header> rest;
  const auto key = head.Find(kIdempotencyKey);
  if (key && !key->empty()) rest.push_back({kIdempotencyKey, batch->Keep(*key)});
  const std::vector<Header> configured = fields.Of(head, batch);
  batch->request_headers = batch->Keep(configured);
  rest.insert(rest.end(), configured.begin(), configured.end());
  if (spans == nullptr && of_request.empty() && rest.empty()) return 0;

  // Records that share their headers keep sharing them.
  bool first = true;
  std::span<const Header> own;
  std::span<const Header> trace = of_request;
  std::span<const Header> all;
  std::vector<Header> merged;
  for (Record& record : batch->records) {
    const std::span<const Header> its_trace =
        spans == nullptr ? trace : spans->TraceOf(record, rest);
    const bool same = !first && its_trace.data() == trace.data() &&
                      record.headers.size() == own.size() &&
                      (own.empty() || record.headers.data() == own.data());
    if (!same) {
      first = false;
      own = record.headers;
      trace = its_trace;
      Merge(own, trace, rest, &merged);
      all = batch->Keep(merged);
    }
    record.headers = all;
  }
  return HeaderBytes(of_request) + HeaderBytes(rest);
}

}  // namespace gateway
