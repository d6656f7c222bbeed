#include "service/tracing/trace_context.h"

#include <algorithm>

namespace gateway {
namespace {

bool IsDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool AllDigits(std::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

bool AllZeros(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

}  // namespace

std::optional<TraceContext> TraceContext::Parse(std::string_view traceparent) {
  if (traceparent.size() < kLength) return std::nullopt;
  const std::string_view version = traceparent.substr(0, 2);
  const std::string_view trace_id = traceparent.substr(3, 32);
  const std::string_view span_id = traceparent.substr(36, 16);
  const std::string_view flags = traceparent.substr(53, 2);
  if (traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-') {
    return std::nullopt;
  }
  for (const std::string_view part : {version, trace_id, span_id, flags}) {
    if (!AllDigits(part)) return std::nullopt;
  }
  if (version == "ff" || AllZeros(trace_id) || AllZeros(span_id)) return std::nullopt;
  const bool longer = traceparent.size() > kLength;
  if (longer && (version == "00" || traceparent[kLength] != '-')) return std::nullopt;

  TraceContext context;
  std::copy_n(traceparent.begin(), kLength, context.text_.begin());
  context.text_[0] = '0';
  context.text_[1] = '0';
  if (version != "00") {  // only the first bit of its flags is known to have the same meaning
    const char last = flags[1];
    const int value = last <= '9' ? last - '0' : last - 'a' + 10;
    context.text_[53] = '0';
    context.text_[54] = value % 2 == 0 ? '0' : '1';
  }
  return context;
}

}  // namespace gateway
