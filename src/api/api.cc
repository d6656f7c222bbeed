#include "api/api.h"

#include <utility>

namespace gateway {

Api::Api(ApiOptions options, ProduceService& service, TopicCatalog& catalog,
         const Readiness& readiness, const Lifecycle& lifecycle, const Clock& clock,
         Metrics& metrics, Logger& logger)
    : cors_(std::move(options.allowed_origins)),
      access_log_(logger, options.access_log),
      admission_(options.max_in_flight_requests, options.max_in_flight_bytes),
      kafka_(service, clock, metrics, logger, options.request_timeout, options.tracer,
             PropagatedFields(options.headers_from_request)),
      topics_(catalog, service.policy()),
      health_(readiness, clock, options.liveness),
      metrics_(metrics),
      site_(std::move(options.site)),
      pipeline_(router_, cors_, access_log_, admission_, lifecycle, clock, metrics, logger,
                options.tracer),
      management_pipeline_(management_router_, cors_, access_log_, admission_, lifecycle, clock,
                           metrics, logger) {
  kafka_.AddRoutes(&router_);
  topics_.AddRoutes(&router_);
  health_.AddApiRoutes(&router_);
  Router& management = options.management_apart ? management_router_ : router_;
  health_.AddManagementRoutes(&management);
  metrics_.AddRoutes(&management);
  site_.AddRoutes(&router_);
}

}  // namespace gateway
