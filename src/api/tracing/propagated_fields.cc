#include "api/tracing/propagated_fields.h"

#include <algorithm>
#include <utility>

#include "api/media/negotiation.h"
#include "service/types/glob.h"

namespace gateway {
namespace {

constexpr std::string_view kCredential = "it is a credential of the client";
constexpr std::string_view kHopByHop = "it is between the client and the gateway alone";
constexpr std::string_view kOfRequest = "it describes the request, not a record";

// Globs of names in lower case, each with its reason.
constexpr std::pair<std::string_view, std::string_view> kNever[] = {
    {"authorization", kCredential},
    {"cookie", kCredential},
    {"set-cookie", kCredential},
    {"x-api-key", kCredential},
    {"proxy-authorization", kCredential},
    {"proxy-*", kHopByHop},
    {"connection", kHopByHop},
    {"keep-alive", kHopByHop},
    {"te", kHopByHop},
    {"trailer", kHopByHop},
    {"transfer-encoding", kHopByHop},
    {"upgrade", kHopByHop},
    {"host", kOfRequest},
    {"expect", kOfRequest},
    {"content-length", kOfRequest},
    {"content-encoding", kOfRequest},  // values are stored decoded
    {"content-type",
     kOfRequest},  // describes a JSON body, not the value; raw bytes have it already
};

// Fields with their own rules: see PropagateHeaders and RawTarget.
constexpr std::string_view kByOwnRules[] = {"traceparent", "tracestate", "idempotency-key",
                                            "kafka-header-*"};

}  // namespace

std::string_view WhyNeverCarried(std::string_view name) {
  const std::string lower = http::LowerCase(name);
  for (const auto& [glob, reason] : kNever) {
    if (GlobMatches(glob, lower)) return reason;
  }
  return "";
}

PropagatedFields::PropagatedFields(std::span<const std::string> globs) {
  for (const std::string& glob : globs) globs_.push_back(http::LowerCase(glob));
}

std::vector<Header> PropagatedFields::Of(const http::RequestHead& head,
                                         RequestRecords* batch) const {
  std::vector<Header> headers;
  if (globs_.empty()) return headers;
  const std::vector<std::string_view> hop_by_hop = ElementsOf(head, "connection");
  for (const http::HeaderField& field : head.fields) {
    const std::string name = http::LowerCase(field.name);
    const auto matches = [&name](std::string_view glob) { return GlobMatches(glob, name); };
    const auto is_named = [&name](std::string_view other) {
      return http::EqualsIgnoreCase(name, other);
    };
    if (std::none_of(globs_.begin(), globs_.end(), matches) || !WhyNeverCarried(name).empty() ||
        std::any_of(std::begin(kByOwnRules), std::end(kByOwnRules), matches) ||
        std::any_of(hop_by_hop.begin(), hop_by_hop.end(), is_named)) {
      continue;
    }
    headers.push_back({batch->Keep(name), batch->Keep(field.value)});
  }
  return headers;
}

}  // namespace gateway
