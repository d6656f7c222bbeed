// GET /metrics: the Prometheus text format. Owned by main; any thread.
#ifndef GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_

#include "api/pipeline/router.h"
#include "service/ports/metrics.h"

namespace gateway {

class MetricsController final {
 public:
  explicit MetricsController(const Metrics& metrics) : metrics_(metrics) {}

  void AddRoutes(Router* router);

 private:
  const Metrics& metrics_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_
