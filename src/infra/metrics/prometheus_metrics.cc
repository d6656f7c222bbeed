#include "infra/metrics/prometheus_metrics.h"

#include <prometheus/collectable.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

#include "infra/metrics/families.h"
#include "infra/metrics/process_metrics.h"
#include "infra/metrics/prometheus_http_metrics.h"
#include "infra/metrics/prometheus_produce_metrics.h"
#include "infra/metrics/rdkafka_metrics.h"
#include "infra/metrics/state_metrics.h"

namespace gateway {

struct PrometheusMetrics::Parts {
  explicit Parts(PrometheusOptions options)
      : http(options.rejection_reasons, options.problems),
        produce(options.max_topic_labels, std::move(options.record_errors)),
        state(options.limits, std::move(options.state)),
        rdkafka(options.rdkafka),
        dropped_log_lines(std::move(options.dropped_log_lines)),
        build_info(MakeFamily(prometheus::MetricType::Gauge, "kafka_gateway_build_info",
                              "Always 1; the labels name the versions.")) {
    AddGauge(build_info,
             {{"version", options.version},
              {"revision", options.revision},
              {"librdkafka", options.librdkafka_version},
              {"pistache", options.pistache_version}},
             1);
  }

  PrometheusHttpMetrics http;
  PrometheusProduceMetrics produce;
  StateMetrics state;
  ProcessMetrics process;
  const RdkafkaMetrics* const rdkafka;
  const std::function<std::uint64_t()> dropped_log_lines;
  prometheus::MetricFamily build_info;
};

PrometheusMetrics::PrometheusMetrics(PrometheusOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}

PrometheusMetrics::~PrometheusMetrics() = default;

HttpMetrics& PrometheusMetrics::http() { return parts_->http; }

ProduceMetrics& PrometheusMetrics::produce() { return parts_->produce; }

std::string PrometheusMetrics::Scrape() const {
  std::vector<prometheus::MetricFamily> families;
  const auto collect = [&families](const prometheus::Collectable& part) {
    std::vector<prometheus::MetricFamily> more = part.Collect();
    families.insert(families.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  };
  collect(parts_->http);
  collect(parts_->produce);
  collect(parts_->state);
  families.push_back(parts_->build_info);
  const std::uint64_t dropped = parts_->dropped_log_lines ? parts_->dropped_log_lines() : 0;
  families.push_back(CounterFamily("kafka_gateway_log_lines_dropped_total",
                                   "Log lines dropped because the queue was full.",
                                   static_cast<double>(dropped)));
  if (parts_->rdkafka != nullptr) collect(*parts_->rdkafka);
  collect(parts_->process);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gateway
