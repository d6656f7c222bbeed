// Counts HTTP for /metrics, named as OpenTelemetry's conventions translate to Prometheus. Owned by
// PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_PROMETHEUS_HTTP_METRICS_H_
#define GATEWAY_INFRA_METRICS_PROMETHEUS_HTTP_METRICS_H_

#include <prometheus/collectable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/metrics/label_table.h"
#include "infra/metrics/sharded.h"
#include "infra/metrics/sharded_histogram.h"
#include "service/ports/http_metrics.h"

namespace gateway {

class PrometheusHttpMetrics final : public HttpMetrics, public prometheus::Collectable {
 public:
  // Both are exported from the start, at zero. `problems`: each "code" with its status; other codes
  // are not counted.
  PrometheusHttpMetrics(const std::vector<std::string>& rejection_reasons,
                        const std::vector<std::pair<std::string, int>>& problems);

  void OnRequestStarted() override { totals_.Add(kActiveRequests, 1); }
  void OnRequestFinished(std::string_view method, std::string_view route, int status,
                         std::chrono::nanoseconds duration, std::size_t request_bytes,
                         std::size_t response_bytes) override;
  void OnHttpRejected(std::string_view reason) override;
  void OnConnectionsChanged(std::int64_t delta) override { totals_.Add(kOpenConnections, delta); }
  void OnAuthentication(AuthScheme scheme, AuthResult result) override;
  void OnPrincipalAnswered(std::string_view principal, int status) override;
  void OnRateLimited(std::string_view principal, RateUnit unit) override;
  void OnProblem(std::string_view code) override;

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  enum Total : std::size_t { kActiveRequests, kOpenConnections, kTotals };
  struct Problem {
    explicit Problem(int of_status) : status(of_status) {}
    int status;
    ShardedCells count{1};
  };

  prometheus::MetricFamily CollectDurations() const;
  prometheus::MetricFamily CollectRejections() const;
  prometheus::MetricFamily CollectProblems() const;
  prometheus::MetricFamily CollectAuthentications() const;
  prometheus::MetricFamily CollectPrincipals() const;
  prometheus::MetricFamily CollectRateLimited() const;

  LabelTable<ShardedHistogram> durations_;  // by route; the code is method and status
  ShardedHistogram overflow_durations_;     // of label sets for which the table has no room
  ShardedHistogram request_bytes_;
  ShardedHistogram response_bytes_;
  LabelTable<ShardedCells> rejections_;
  ShardedCells overflow_rejections_;
  LabelTable<Problem> problems_;
  ShardedCells authentications_;         // by scheme and result
  LabelTable<ShardedCells> principals_;  // by principal; the code is the class of the status
  ShardedCells overflow_principals_;
  LabelTable<ShardedCells> rate_limited_;  // by principal; the code is the RateUnit
  ShardedCells overflow_rate_limited_;     // by RateUnit
  ShardedCells totals_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_PROMETHEUS_HTTP_METRICS_H_
