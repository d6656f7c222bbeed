#include "infra/metrics/stage_metrics.h"

#include <string>
#include <string_view>
#include <utility>

#include "infra/metrics/families.h"

namespace gateway {
namespace {

constexpr std::array<std::string_view, 4> kStages = {"parse", "held", "broker", "total"};

// Steps of 0.1 ms up to 1 ms, and below that what parsing takes; the default deadline is 30 s. No
// 0.0006: prometheus-cpp would write it as 0.0005999999999999999.
const BucketLayout& StageBuckets() {
  static const BucketLayout layout(
      {.00001, .00002, .00005, .0001, .0002, .0003, .0004, .0005, .00055,
       .00065, .0007,  .0008,  .0009, .001,  .0015, .002,  .003,  .005,
       .01,    .02,    .05,    .1,    .25,   1,     5,     30},
      1e9);
  return layout;
}

}  // namespace

StageMetrics::StageMetrics()
    : stages_{ShardedHistogram(StageBuckets()), ShardedHistogram(StageBuckets()),
              ShardedHistogram(StageBuckets()), ShardedHistogram(StageBuckets())} {}

std::vector<prometheus::MetricFamily> StageMetrics::Collect() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Histogram, "kafka_gateway_stage_duration_seconds",
                 "Stages of sends, for the record of each request that was reported last: parse "
                 "(from the last byte until queued), held (until dispatched to librdkafka), broker "
                 "(until the delivery report), total (from the head to the answer).");
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    AddHistogram(family, {{"stage", std::string(kStages[i])}}, stages_[i].Collect());
  }
  std::vector<prometheus::MetricFamily> families;
  families.push_back(std::move(family));
  return families;
}

}  // namespace gateway
