// What a request that sends records spends its time on, as histograms that tell tenths of a
// millisecond apart. Owned by PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_STAGE_METRICS_H_
#define GATEWAY_INFRA_METRICS_STAGE_METRICS_H_

#include <prometheus/collectable.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

#include "infra/metrics/sharded_histogram.h"
#include "service/ports/produce_metrics.h"

namespace gateway {

class StageMetrics final : public prometheus::Collectable {
 public:
  StageMetrics();

  void OnStage(LatencyStage stage, std::chrono::nanoseconds took) {
    stages_[static_cast<std::size_t>(stage)].Observe(took.count());
  }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  std::array<ShardedHistogram, 4> stages_;  // in the order of LatencyStage
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_STAGE_METRICS_H_
