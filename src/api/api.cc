#include "api/api.h"

#include <utility>

#include "api/native/native_formats.h"

namespace gateway {
namespace {

// One line for each family of wire formats.
constexpr std::vector<ProduceRoute> (*kProduceRoutes[])() = {
    &NativeRoutes,
};

std::optional<Authenticator> AuthenticatorOf(ApiOptions& options, const Clock& clock,
                                             HttpMetrics& metrics) {
  if (options.access == nullptr) return std::nullopt;
  return std::make_optional<Authenticator>(*options.access, std::move(options.open_paths), clock,
                                           metrics, options.failed_attempts_per_minute,
                                           options.passwords);
}

}  // namespace

Api::Api(ApiOptions options, ProduceService& service, TopicCatalog& catalog,
         const Readiness& readiness, const Lifecycle& lifecycle, const Clock& clock,
         HttpMetrics& http_metrics, ProduceMetrics& produce_metrics,
         const MetricsExporter& exporter, Logger& logger)
    : cors_(std::move(options.allowed_origins)),
      access_log_(logger, options.access_log),
      admission_(options.max_in_flight_requests, options.max_in_flight_bytes),
      tracer_(options.tracer == nullptr ? NoTracer() : *options.tracer),
      authenticator_(AuthenticatorOf(options, clock, http_metrics)),
      proxies_(options.trusted_proxies),
      produce_(service, clock, produce_metrics, logger, options.request_timeout, tracer_,
               PropagatedFields(options.headers_from_request)),
      topics_(catalog, service.policy()),
      health_(readiness, clock, options.liveness, options.access),
      metrics_(exporter),
      site_(std::move(options.site)),
      pipeline_(router_, cors_, access_log_, admission_, lifecycle, clock, http_metrics, logger,
                tracer_, authenticator_ ? &*authenticator_ : nullptr, &proxies_),
      management_pipeline_(management_router_, cors_, access_log_, admission_, lifecycle, clock,
                           http_metrics, logger) {
  for (const auto routes : kProduceRoutes) produce_.AddRoutes(routes(), &router_);
  topics_.AddRoutes(&router_);
  health_.AddApiRoutes(&router_);
  Router& management = options.management_apart ? management_router_ : router_;
  health_.AddManagementRoutes(&management);
  metrics_.AddRoutes(&management);
  site_.AddRoutes(&router_);
}

}  // namespace gateway
