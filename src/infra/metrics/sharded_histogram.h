// A classic Prometheus histogram on sharded cells: that of prometheus-cpp takes a mutex for each
// observation, which the I/O and delivery threads would share. Observations are integers in a
// native unit (nanoseconds, bytes); the layout says how many of them make one exported base unit.
// Any thread.
#ifndef GATEWAY_INFRA_METRICS_SHARDED_HISTOGRAM_H_
#define GATEWAY_INFRA_METRICS_SHARDED_HISTOGRAM_H_

#include <prometheus/client_metric.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "infra/metrics/sharded.h"

namespace gateway {

struct BucketLayout {
  // `upper_bounds` ascending, in the exported base unit, without +Inf.
  BucketLayout(std::vector<double> upper_bounds, double native_per_base_unit);

  std::vector<double> exported;      // as exported in `le`
  std::vector<std::int64_t> native;  // the same, in native units
  double native_per_base;
};

class ShardedHistogram final {
 public:
  // `layout` must outlive the histogram.
  explicit ShardedHistogram(const BucketLayout& layout)
      : layout_(layout), cells_(layout.native.size() + 2) {}

  // A value equal to a bound falls into that bound's bucket; negative ones count as 0.
  void Observe(std::int64_t value) {
    const std::vector<std::int64_t>& bounds = layout_.native;
    const std::int64_t counted = value < 0 ? 0 : value;
    const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), counted) - bounds.begin();
    cells_.Add(static_cast<std::size_t>(bucket), 1);
    cells_.AddDouble(bounds.size() + 1, static_cast<double>(counted));
  }

  // Count and buckets always agree: the count is their sum.
  prometheus::ClientMetric Collect() const;

 private:
  const BucketLayout& layout_;
  ShardedCells cells_;  // one per bound, one for +Inf, one for the sum
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_SHARDED_HISTOGRAM_H_
