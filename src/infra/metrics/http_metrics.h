// HTTP metrics, named after OpenTelemetry's conventions as translated to Prometheus. Owned by
// PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_HTTP_METRICS_H_
#define GATEWAY_INFRA_METRICS_HTTP_METRICS_H_

#include <prometheus/collectable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infra/metrics/label_table.h"
#include "infra/metrics/sharded.h"
#include "infra/metrics/sharded_histogram.h"

namespace gateway {

class HttpSeries final : public prometheus::Collectable {
 public:
  // `rejection_reasons` are exported from the start, at zero.
  explicit HttpSeries(const std::vector<std::string>& rejection_reasons);

  void OnRequestStarted() { totals_.Add(kActiveRequests, 1); }
  void OnRequestFinished(std::string_view method, std::string_view route, int status,
                         std::chrono::nanoseconds duration, std::size_t request_bytes,
                         std::size_t response_bytes);
  void OnRejected(std::string_view reason);
  void OnConnectionsChanged(std::int64_t delta) { totals_.Add(kOpenConnections, delta); }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  enum Total : std::size_t { kActiveRequests, kOpenConnections, kTotals };

  prometheus::MetricFamily CollectDurations() const;
  prometheus::MetricFamily CollectRejections() const;

  LabelTable<ShardedHistogram> durations_;  // by route; the code is method and status
  ShardedHistogram overflow_durations_;     // label sets that do not fit into the table
  ShardedHistogram request_bytes_;
  ShardedHistogram response_bytes_;
  LabelTable<ShardedCells> rejections_;
  ShardedCells overflow_rejections_;
  ShardedCells totals_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_HTTP_METRICS_H_
