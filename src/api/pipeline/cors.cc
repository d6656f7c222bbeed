#include "api/pipeline/cors.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/http/h1/token.h"
#include "api/media/negotiation.h"

namespace gateway {
namespace {

// The headers that a send uses, and those that tracing adds to requests.
constexpr const char* kAllowedHeaders =
    "Authorization, X-API-Key, Content-Type, Content-Encoding, Request-Timeout-Ms, X-Request-Id, "
    "Idempotency-Key, Prefer, traceparent, tracestate";
constexpr std::string_view kRecordHeaderPrefix = "Kafka-Header-";
constexpr const char* kExposedHeaders =
    "X-Request-Id, Retry-After, Preference-Applied, WWW-Authenticate";
constexpr const char* kMaxAgeSeconds = "600";

// The Content-Types that a browser sends across origins without a preflight (Fetch, 2.2.2).
constexpr std::array<std::string_view, 4> kFormTypes = {"", "text/plain", "multipart/form-data",
                                                        "application/x-www-form-urlencoded"};

// The requested header names that become record headers: ", NAME, NAME". CORS has no other way to
// allow a prefix.
std::string RecordHeadersIn(const http::RequestHead& head) {
  std::string found;
  for (const std::string_view name : ElementsOf(head, "Access-Control-Request-Headers")) {
    if (name.size() > kRecordHeaderPrefix.size() &&
        http::EqualsIgnoreCase(name.substr(0, kRecordHeaderPrefix.size()), kRecordHeaderPrefix) &&
        std::all_of(name.begin(), name.end(), http::IsTokenChar)) {
      found.append(", ").append(name);
    }
  }
  return found;
}

bool Contains(const std::vector<std::string>& origins, std::string_view origin) {
  return std::find(origins.begin(), origins.end(), origin) != origins.end();
}

}  // namespace

Cors::Cors(std::vector<std::string> allowed_origins)
    : any_(Contains(allowed_origins, "*")), allowed_origins_(std::move(allowed_origins)) {}

std::string Cors::AllowedOriginFor(const http::RequestHead& head) const {
  if (!enabled()) return {};
  const auto origin = head.Find("Origin");
  if (!origin || origin->empty()) return {};
  if (any_) return "*";
  return Contains(allowed_origins_, *origin) ? std::string(*origin) : std::string();
}

bool Cors::IsPreflight(const http::RequestHead& head) {
  return head.method == http::Method::kOptions && head.Find("Origin") &&
         head.Find("Access-Control-Request-Method");
}

bool Cors::MayBeForged(const http::RequestHead& head) const {
  const auto origin = head.Find("Origin");
  if (!origin || !AllowedOriginFor(head).empty()) return false;
  const auto is_type = [type = MediaTypeOf(head)](std::string_view other) {
    return http::EqualsIgnoreCase(type, other);
  };
  if (std::none_of(kFormTypes.begin(), kFormTypes.end(), is_type)) return false;
  // A page cannot set these headers.
  const auto site = head.Find("Sec-Fetch-Site");
  if (site == "same-origin" || site == "none") return false;
  const std::size_t scheme_end = origin->find("://");
  if (scheme_end == std::string_view::npos) return true;  // "null": a sandbox, a file
  const auto host = head.Find("Host");
  return !host || !http::EqualsIgnoreCase(origin->substr(scheme_end + 3), *host);
}

http::Response Cors::Preflight(const http::RequestHead& head, std::string methods) {
  http::Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", std::move(methods));
  response.headers.emplace_back("Access-Control-Allow-Headers",
                                kAllowedHeaders + RecordHeadersIn(head));
  response.headers.emplace_back("Access-Control-Max-Age", kMaxAgeSeconds);
  return response;
}

void Cors::Decorate(std::string_view allowed_origin, http::Response* response) const {
  if (!enabled()) return;
  // Also if no origin is allowed: a cache must not give that answer to an allowed one.
  response->headers.emplace_back("Vary", "Origin");
  if (allowed_origin.empty()) return;
  response->headers.emplace_back("Access-Control-Allow-Origin", std::string(allowed_origin));
  response->headers.emplace_back("Access-Control-Expose-Headers", kExposedHeaders);
}

}  // namespace gateway
