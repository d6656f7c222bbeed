// GET /metrics: the Prometheus text format. Owned by Api; any thread.
#ifndef GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_
#define GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_

#include "api/pipeline/router.h"
#include "service/ports/metrics_exporter.h"

namespace gateway {

class MetricsController final {
 public:
  explicit MetricsController(const MetricsExporter& exporter) : exporter_(exporter) {}

  void AddRoutes(Router* router);

 private:
  const MetricsExporter& exporter_;
};

}  // namespace gateway

#endif  // GATEWAY_API_CONTROLLERS_METRICS_CONTROLLER_H_
