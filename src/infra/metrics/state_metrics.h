// The state of the gateway at the moment of a scrape, and the settings to compare it with. Costs
// nothing between scrapes. Owned by PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_STATE_METRICS_H_
#define GATEWAY_INFRA_METRICS_STATE_METRICS_H_

#include <prometheus/collectable.h>

#include <functional>
#include <utility>
#include <vector>

#include "infra/metrics/prometheus_metrics.h"

namespace gateway {

class StateMetrics final : public prometheus::Collectable {
 public:
  StateMetrics(ConfiguredLimits limits, std::function<GatewayState()> state)
      : limits_(limits), state_(std::move(state)) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const ConfiguredLimits limits_;
  const std::function<GatewayState()> state_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_STATE_METRICS_H_
