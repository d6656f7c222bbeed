// The standard process_* metrics of Prometheus client libraries, read from /proc at each scrape.
// Unreadable ones are left out. Owned by PrometheusMetrics; any thread.
#ifndef GATEWAY_INFRA_METRICS_PROCESS_METRICS_H_
#define GATEWAY_INFRA_METRICS_PROCESS_METRICS_H_

#include <prometheus/collectable.h>

#include <vector>

namespace gateway {

class ProcessMetrics final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_PROCESS_METRICS_H_
