#include "cors.h"

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

// What a send understands, and what tracing adds to requests.
constexpr const char* kAllowedHeaders =
    "Content-Type, Content-Encoding, Request-Timeout-Ms, X-Request-Id, Idempotency-Key, Prefer, "
    "traceparent, tracestate";
constexpr const char* kExposedHeaders = "X-Request-Id, Retry-After, Preference-Applied";
constexpr const char* kMaxAgeSeconds = "600";

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

http::Response Cors::Preflight(std::string methods) {
  http::Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods", std::move(methods));
  response.headers.emplace_back("Access-Control-Allow-Headers", kAllowedHeaders);
  response.headers.emplace_back("Access-Control-Max-Age", kMaxAgeSeconds);
  return response;
}

void Cors::Decorate(std::string_view allowed_origin, http::Response* response) const {
  if (!enabled()) return;
  // Also where no origin is allowed: a cache must not give that answer to one that is.
  response->headers.emplace_back("Vary", "Origin");
  if (allowed_origin.empty()) return;
  response->headers.emplace_back("Access-Control-Allow-Origin", std::string(allowed_origin));
  response->headers.emplace_back("Access-Control-Expose-Headers", kExposedHeaders);
}

}  // namespace gateway
