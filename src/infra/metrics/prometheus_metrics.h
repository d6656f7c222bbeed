// The Metrics port on prometheus-cpp. The composition root owns it; it outlives every layer that
// counts. Any thread may call anything: counting shares no mutex and no cache line between threads;
// Scrape reads everything and may take some milliseconds with a hundred topics.
#ifndef GATEWAY_INFRA_METRICS_PROMETHEUS_METRICS_H_
#define GATEWAY_INFRA_METRICS_PROMETHEUS_METRICS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/auth/tokens/issuer_keys.h"
#include "service/ports/http_metrics.h"
#include "service/ports/metrics_exporter.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/kafka_status.h"
#include "service/types/record.h"

namespace gateway {

// The state of the gateway at a scrape, in addition to the counts.
struct GatewayState {
  bool ready = false;  // as reported by /health/ready
  KafkaStatus kafka;
  std::optional<TimestampMs> last_delivery{};  // absent: nothing was delivered yet
  std::size_t admitted_requests = 0;           // usage of Limits:MaxInFlight...
  std::size_t admitted_bytes = 0;
  std::optional<std::chrono::system_clock::time_point> certificate_expires;  // absent: no TLS
  // The gateway's own certificate for Kafka, and the earliest of the authorities; absent: not set.
  std::optional<std::chrono::system_clock::time_point> kafka_certificate_expires;
  std::optional<std::chrono::system_clock::time_point> kafka_authority_expires;
  std::optional<bool> kafka_secrets_stale{};  // a changed file cannot be used; absent: no files
  std::optional<bool> access_file_stale{};    // AccessControl::stale; absent: no access file
  std::vector<IssuerKeyStatus> issuer_keys{};
};

// Settings exported for alerts and dashboards.
struct ConfiguredLimits {
  std::size_t max_connections = 0;
  std::size_t max_in_flight_requests = 0;
  std::size_t max_in_flight_bytes = 0;
  std::chrono::milliseconds request_timeout{};
  std::chrono::milliseconds message_timeout{};
};

class RdkafkaMetrics;

struct PrometheusOptions {
  // The labels of kafka_gateway_build_info.
  std::string version;
  std::string revision;
  std::string librdkafka_version;
  std::string pistache_version;

  // Maximum number of topics with their own label; records of all others count as "_other".
  std::size_t max_topic_labels = 100;

  // Exported from the start at zero. Others appear when they first happen.
  std::vector<std::string> rejection_reasons = {
      "bad-framing",     "body-timeout",         "failed-attempts",      "head-timeout",
      "max-connections", "tls-handshake-failed", "tls-handshake-timeout"};

  // The "code" and the status of every problem document; also exported at zero.
  std::vector<std::pair<std::string, int>> problems;
  // The "code" of each ErrorCode, in order; also exported at zero.
  std::vector<std::string> record_errors;

  ConfiguredLimits limits;

  // Read at every scrape, from the scraping thread; absent: always 0.
  std::function<std::uint64_t()> dropped_log_lines;
  std::function<GatewayState()> state;
  // librdkafka's own metrics; may be null. Outlives this object.
  const RdkafkaMetrics* rdkafka = nullptr;
};

class PrometheusMetrics final : public MetricsExporter {
 public:
  explicit PrometheusMetrics(PrometheusOptions options);
  ~PrometheusMetrics() override;
  PrometheusMetrics(const PrometheusMetrics&) = delete;
  PrometheusMetrics& operator=(const PrometheusMetrics&) = delete;

  // The ports that count. They live as long as this object.
  HttpMetrics& http();
  ProduceMetrics& produce();

  std::string Scrape() const override;

 private:
  struct Parts;  // keeps prometheus-cpp out of this header
  const std::unique_ptr<Parts> parts_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_PROMETHEUS_METRICS_H_
