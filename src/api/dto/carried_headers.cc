#include "dto/carried_headers.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "dto/keep_headers.h"

namespace gateway {
namespace {

constexpr std::string_view kTraceparent = "traceparent";
constexpr std::string_view kTracestate = "tracestate";
constexpr std::array<std::string_view, 3> kCarried = {kTraceparent, kTracestate, "idempotency-key"};

bool Has(std::span<const Header> headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](const Header& header) {
    return http::EqualsIgnoreCase(header.name, name);
  });
}

bool OfTrace(std::string_view name) { return name == kTraceparent || name == kTracestate; }

// `own` and what of `carried` goes with it, in `*merged`.
void Merge(std::span<const Header> own, std::span<const Header> carried,
           std::vector<Header>* merged) {
  const bool traced = Has(own, kTraceparent) || Has(own, kTracestate);
  merged->assign(own.begin(), own.end());
  for (const Header& header : carried) {
    if (OfTrace(header.name) ? traced : Has(own, header.name)) continue;
    merged->push_back(header);
  }
}

std::vector<Header> CarriedBy(const http::RequestHead& head, RecordBatch* batch) {
  std::vector<Header> carried;
  for (const http::HeaderField& field : head.fields) {
    const auto* const name = std::find_if(
        kCarried.begin(), kCarried.end(),
        [&field](std::string_view known) { return http::EqualsIgnoreCase(field.name, known); });
    if (name == kCarried.end() || field.value.empty()) continue;
    const auto same = std::find_if(carried.begin(), carried.end(),
                                   [name](const Header& header) { return header.name == *name; });
    if (same == carried.end()) {
      carried.push_back({*name, batch->Keep(field.value)});
    } else if (*name == kTracestate) {  // a list, which may come in several fields
      same->value = batch->Keep(std::string(*same->value).append(",").append(field.value));
    }
  }
  return carried;
}

}  // namespace

void CarryHeaders(const http::RequestHead& head, RecordBatch* batch) {
  const std::vector<Header> carried = CarriedBy(head, batch);
  if (carried.empty()) return;
  // Records that share their headers go on sharing them.
  std::span<const Header> own;
  std::span<const Header> all = KeepHeaders(carried, batch);
  std::vector<Header> merged;
  for (Record& record : batch->records) {
    const bool same =
        record.headers.size() == own.size() && (own.empty() || record.headers.data() == own.data());
    if (!same) {
      own = record.headers;
      Merge(own, carried, &merged);
      all = KeepHeaders(merged, batch);
    }
    record.headers = all;
  }
}

}  // namespace gateway
