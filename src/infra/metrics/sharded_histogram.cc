#include "infra/metrics/sharded_histogram.h"

#include <cmath>
#include <limits>
#include <utility>

namespace gateway {

BucketLayout::BucketLayout(std::vector<double> upper_bounds, double native_per_base_unit)
    : exported(std::move(upper_bounds)), native_per_base(native_per_base_unit) {
  native.reserve(exported.size());
  for (const double bound : exported) native.push_back(std::llround(bound * native_per_base));
}

prometheus::ClientMetric ShardedHistogram::Collect() const {
  prometheus::ClientMetric metric;
  const std::size_t bounds = layout_.native.size();
  metric.histogram.bucket.reserve(bounds + 1);
  std::uint64_t cumulative = 0;
  for (std::size_t i = 0; i <= bounds; ++i) {
    cumulative += static_cast<std::uint64_t>(cells_.Sum(i));
    prometheus::ClientMetric::Bucket bucket;
    bucket.cumulative_count = cumulative;
    bucket.upper_bound = i < bounds ? layout_.exported[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back(bucket);
  }
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = cells_.SumDouble(bounds + 1) / layout_.native_per_base;
  return metric;
}

}  // namespace gateway
