// Counts records on their way to Kafka for /metrics. Owned by PrometheusMetrics; any thread.
//
// A topic becomes a label when the first of its records is delivered, so that topics that do not
// exist cannot fill the time-series database.
#ifndef GATEWAY_INFRA_METRICS_PROMETHEUS_PRODUCE_METRICS_H_
#define GATEWAY_INFRA_METRICS_PROMETHEUS_PRODUCE_METRICS_H_

#include <prometheus/collectable.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "infra/metrics/label_table.h"
#include "infra/metrics/sharded.h"
#include "infra/metrics/sharded_histogram.h"
#include "service/ports/produce_metrics.h"

namespace gateway {

class PrometheusProduceMetrics final : public ProduceMetrics, public prometheus::Collectable {
 public:
  // At most `max_topic_labels` topics have a label; the others share "_other". `record_errors`: the
  // "code" of each ErrorCode, in order, exported from the start at zero.
  PrometheusProduceMetrics(std::size_t max_topic_labels, std::vector<std::string> record_errors);

  void OnRecordsSent(std::int64_t count, std::int64_t bytes) override;
  void OnRecordReported(std::string_view topic, RecordResult result, std::size_t bytes,
                        std::chrono::nanoseconds since_sent) override;
  void OnBatch(std::size_t records) override;
  void OnAcceptedFailed(std::int64_t records) override { totals_.Add(kAcceptedFailed, records); }
  void OnRecordFailed(ErrorCode code) override;
  void OnStage(LatencyStage stage, std::chrono::nanoseconds took) override {
    stages_[static_cast<std::size_t>(stage)].Observe(took.count());
  }
  void OnRecordsHeld(std::int64_t delta) override { totals_.Add(kHeld, delta); }
  void OnRecordsWithdrawn(std::size_t count) override {
    totals_.Add(kWithdrawn, static_cast<std::int64_t>(count));
  }
  void OnDispatchRound(std::size_t records) override {
    dispatch_records_.Observe(static_cast<std::int64_t>(records));
  }
  void OnKafkaReady(bool ready) override { kafka_ready_.store(ready, std::memory_order_relaxed); }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct TopicCounts {
    explicit TopicCounts(const BucketLayout& layout);
    ShardedCells counts;  // one per RecordResult, then the delivered bytes
    ShardedHistogram delivery;
  };
  enum Total : std::size_t { kRecords, kBytes, kHeld, kWithdrawn, kAcceptedFailed, kTotals };
  using Families = std::vector<prometheus::MetricFamily>;

  TopicCounts& CountsOf(std::string_view topic, RecordResult result);
  template <typename Visit>
  void ForEachTopic(const Visit& visit) const;
  void CollectTopics(Families* families) const;
  void CollectTotals(Families* families) const;
  prometheus::MetricFamily CollectErrors() const;
  prometheus::MetricFamily CollectStages() const;

  LabelTable<TopicCounts> topics_;
  TopicCounts other_;
  ShardedHistogram batch_records_;
  ShardedHistogram dispatch_records_;
  std::array<ShardedHistogram, 4> stages_;  // in the order of LatencyStage
  const std::vector<std::string> record_errors_;
  ShardedCells failed_;  // by ErrorCode; the last is for those without a name
  ShardedCells totals_;
  std::atomic<bool> kafka_ready_{false};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_PROMETHEUS_PRODUCE_METRICS_H_
