#include "infra/metrics/prometheus_metrics.h"

#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <iterator>
#include <utility>

#include "infra/metrics/error_metrics.h"
#include "infra/metrics/families.h"
#include "infra/metrics/http_metrics.h"
#include "infra/metrics/process_metrics.h"
#include "infra/metrics/rdkafka_metrics.h"
#include "infra/metrics/record_metrics.h"
#include "infra/metrics/stage_metrics.h"
#include "infra/metrics/state_metrics.h"

namespace gateway {

struct PrometheusMetrics::Parts {
  explicit Parts(PrometheusOptions options)
      : http(options.rejection_reasons),
        records(options.max_topic_labels),
        errors(options.problems, std::move(options.record_errors)),
        state(options.limits, std::move(options.state)),
        rdkafka(options.rdkafka),
        dropped_log_lines(std::move(options.dropped_log_lines)),
        kafka_ready(prometheus::BuildGauge()
                        .Name("kafka_gateway_kafka_ready")
                        .Help("1 while a broker answers and records can be produced, else 0.")
                        .Register(registry)
                        .Add({})) {
    prometheus::BuildGauge()
        .Name("kafka_gateway_build_info")
        .Help("Always 1; the labels name the versions.")
        .Register(registry)
        .Add({{"version", options.version},
              {"revision", options.revision},
              {"librdkafka", options.librdkafka_version},
              {"pistache", options.pistache_version}})
        .Set(1);
  }

  HttpSeries http;
  RecordMetrics records;
  StageMetrics stages;
  ErrorMetrics errors;
  StateMetrics state;
  ProcessMetrics process;
  const RdkafkaMetrics* rdkafka;
  std::function<std::uint64_t()> dropped_log_lines;
  prometheus::Registry registry;  // for metrics that change too rarely to need shards
  prometheus::Gauge& kafka_ready;
  std::atomic<std::int64_t> accepted_failed{0};
};

PrometheusMetrics::PrometheusMetrics(PrometheusOptions options)
    : parts_(std::make_unique<Parts>(std::move(options))) {}

PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::OnRequestStarted() { parts_->http.OnRequestStarted(); }

void PrometheusMetrics::OnRequestFinished(std::string_view method, std::string_view route,
                                          int status, std::chrono::nanoseconds duration,
                                          std::size_t request_bytes, std::size_t response_bytes) {
  parts_->http.OnRequestFinished(method, route, status, duration, request_bytes, response_bytes);
}

void PrometheusMetrics::OnHttpRejected(std::string_view reason) { parts_->http.OnRejected(reason); }

void PrometheusMetrics::OnConnectionsChanged(std::int64_t delta) {
  parts_->http.OnConnectionsChanged(delta);
}

void PrometheusMetrics::OnRecordsSent(std::int64_t count, std::int64_t bytes) {
  parts_->records.OnSent(count, bytes);
}

void PrometheusMetrics::OnRecordReported(std::string_view topic, RecordResult result,
                                         std::size_t bytes, std::chrono::nanoseconds since_sent) {
  parts_->records.OnReported(topic, result, bytes, since_sent);
}

void PrometheusMetrics::OnBatch(std::size_t records) { parts_->records.OnBatch(records); }

void PrometheusMetrics::OnRecordsHeld(std::int64_t delta) { parts_->records.OnHeld(delta); }

void PrometheusMetrics::OnRecordsWithdrawn(std::size_t count) {
  parts_->records.OnWithdrawn(count);
}

void PrometheusMetrics::OnDispatchRound(std::size_t records) {
  parts_->records.OnDispatchRound(records);
}

void PrometheusMetrics::OnAcceptedFailed(std::int64_t records) {
  parts_->accepted_failed.fetch_add(records, std::memory_order_relaxed);
}

void PrometheusMetrics::OnRecordFailed(ErrorCode code) { parts_->errors.OnRecordFailed(code); }

void PrometheusMetrics::OnStage(LatencyStage stage, std::chrono::nanoseconds took) {
  parts_->stages.OnStage(stage, took);
}

void PrometheusMetrics::OnProblem(std::string_view code) { parts_->errors.OnProblem(code); }

void PrometheusMetrics::OnKafkaReady(bool ready) { parts_->kafka_ready.Set(ready ? 1 : 0); }

std::string PrometheusMetrics::Scrape() const {
  std::vector<prometheus::MetricFamily> families;
  const auto collect = [&families](const prometheus::Collectable& part) {
    std::vector<prometheus::MetricFamily> more = part.Collect();
    families.insert(families.end(), std::make_move_iterator(more.begin()),
                    std::make_move_iterator(more.end()));
  };
  collect(parts_->http);
  collect(parts_->records);
  collect(parts_->stages);
  collect(parts_->errors);
  collect(parts_->state);
  collect(parts_->registry);
  families.push_back(CounterFamily(
      "kafka_gateway_accepted_failed_records_total",
      "Records answered with 202 (Prefer: respond-async) that failed or possibly failed.",
      static_cast<double>(parts_->accepted_failed.load(std::memory_order_relaxed))));
  const std::uint64_t dropped = parts_->dropped_log_lines ? parts_->dropped_log_lines() : 0;
  families.push_back(CounterFamily("kafka_gateway_log_lines_dropped_total",
                                   "Log lines dropped because the queue was full.",
                                   static_cast<double>(dropped)));
  if (parts_->rdkafka != nullptr) collect(*parts_->rdkafka);
  collect(parts_->process);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace gateway
