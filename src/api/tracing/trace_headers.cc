#include "api/tracing/trace_headers.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxTracestate = 512;  // W3C requires that at least so much is passed on

}  // namespace

std::optional<RequestTrace> TraceOf(const http::RequestHead& head) {
  const http::HeaderField* found = nullptr;
  for (const http::HeaderField& field : head.fields) {
    if (!http::EqualsIgnoreCase(field.name, "traceparent")) continue;
    if (found != nullptr) return std::nullopt;
    found = &field;
  }
  if (found == nullptr) return std::nullopt;
  const auto context = TraceContext::Parse(found->value);
  if (!context) return std::nullopt;
  return RequestTrace{*context, found->value};
}

std::string TracestateOf(const http::RequestHead& head) {
  std::string list;
  for (const http::HeaderField& field : head.fields) {
    if (field.value.empty() || !http::EqualsIgnoreCase(field.name, "tracestate")) continue;
    if (!list.empty()) list.push_back(',');
    list.append(field.value);
  }
  if (list.size() > kMaxTracestate) list.clear();
  return list;
}

}  // namespace gateway
