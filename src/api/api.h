// The composition of `api`: routes, pipeline, budgets, access log. Owned by class Gateway; outlives
// the servers that call it. It needs the other layers through their ports only.
#ifndef GATEWAY_API_API_H_
#define GATEWAY_API_API_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/controllers/health_controller.h"
#include "api/controllers/metrics_controller.h"
#include "api/controllers/produce_controller.h"
#include "api/controllers/site_controller.h"
#include "api/controllers/topics_controller.h"
#include "api/pipeline/access_log.h"
#include "api/pipeline/authenticator.h"
#include "api/pipeline/cors.h"
#include "api/pipeline/pipeline.h"
#include "api/pipeline/router.h"
#include "service/health/lifecycle.h"
#include "service/health/liveness.h"
#include "service/health/readiness.h"
#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"
#include "service/ports/metrics_exporter.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/topic_catalog.h"
#include "service/produce/produce_service.h"

namespace gateway {

struct ApiOptions {
  std::size_t max_in_flight_requests = 20'000;        // Limits:MaxInFlightRequests
  std::size_t max_in_flight_bytes = 268'435'456;      // Limits:MaxInFlightBytes
  std::chrono::milliseconds request_timeout{30'000};  // Limits:RequestTimeoutMs
  std::vector<std::string> allowed_origins;           // Http:Cors:AllowedOrigins
  std::vector<std::string> headers_from_request;      // Records:HeadersFromRequest
  // Management:Port: a separate server has health and metrics, see management_handler().
  bool management_apart = false;
  AccessLogOptions access_log;
  Tracer* tracer = nullptr;            // null: no spans are recorded
  const Liveness* liveness = nullptr;  // null: the threads are not watched
  // Null: callers are not authenticated. The management server does not use it.
  const AccessControl* access = nullptr;
  std::vector<std::string> open_paths;          // Access:Open
  std::int64_t failed_attempts_per_minute = 0;  // Access:FailedAttemptsPerMinute; 0: no limit
  std::vector<std::string> trusted_proxies;     // Access:TrustedProxies
  PasswordOptions passwords;
  SiteOptions site;
};

class Api final {
 public:
  Api(ApiOptions options, ProduceService& service, TopicCatalog& catalog,
      const Readiness& readiness, const Lifecycle& lifecycle, const Clock& clock,
      HttpMetrics& http_metrics, ProduceMetrics& produce_metrics, const MetricsExporter& exporter,
      Logger& logger);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  http::HttpHandler& handler() { return pipeline_; }
  // For the management server; has no routes unless management_apart is set.
  http::HttpHandler& management_handler() { return management_pipeline_; }
  const Router& router() const { return router_; }
  const Router& management_router() const { return management_router_; }
  // Admitted requests with records that are not reported yet.
  const Admission& admission() const { return admission_; }

 private:
  const Cors cors_;
  AccessLog access_log_;
  Admission admission_;
  Tracer& tracer_;
  std::optional<Authenticator> authenticator_;
  const TrustedProxies proxies_;
  ProduceController produce_;
  TopicsController topics_;
  HealthController health_;
  MetricsController metrics_;
  SiteController site_;
  Router router_;
  Router management_router_;
  Pipeline pipeline_;
  Pipeline management_pipeline_;
};

}  // namespace gateway

#endif  // GATEWAY_API_API_H_
