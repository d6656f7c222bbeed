// What is counted of records on their way to Kafka. Owned by PrometheusMetrics; any thread.
//
// A topic becomes a label with the first of its records that is delivered: names that only a client
// believes in cannot fill the time-series database.
#ifndef GATEWAY_INFRA_METRICS_RECORD_METRICS_H_
#define GATEWAY_INFRA_METRICS_RECORD_METRICS_H_

#include <prometheus/collectable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "infra/metrics/label_table.h"
#include "infra/metrics/sharded.h"
#include "infra/metrics/sharded_histogram.h"
#include "service/ports/produce_metrics.h"

namespace gateway {

class RecordMetrics final : public prometheus::Collectable {
 public:
  // At most `max_topic_labels` topics have a label; the rest share "_other".
  explicit RecordMetrics(std::size_t max_topic_labels);

  void OnSent(std::int64_t count, std::int64_t bytes);
  void OnReported(std::string_view topic, RecordResult result, std::size_t bytes,
                  std::chrono::nanoseconds since_sent);
  void OnBatch(std::size_t records);
  void OnHeld(std::int64_t delta) { in_flight_.Add(kHeld, delta); }
  void OnWithdrawn(std::size_t count) {
    in_flight_.Add(kWithdrawn, static_cast<std::int64_t>(count));
  }
  void OnDispatchRound(std::size_t records) {
    dispatch_records_.Observe(static_cast<std::int64_t>(records));
  }

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct TopicCounts {
    explicit TopicCounts(const BucketLayout& layout);
    ShardedCells counts;  // one for each RecordResult, then the delivered bytes
    ShardedHistogram delivery;
  };
  enum InFlight : std::size_t { kRecords, kBytes, kHeld, kWithdrawn, kInFlightCells };

  TopicCounts& CountsOf(std::string_view topic, RecordResult result);
  template <typename Visit>
  void ForEachTopic(const Visit& visit) const;

  LabelTable<TopicCounts> topics_;
  TopicCounts other_;
  ShardedHistogram batch_records_;
  ShardedHistogram dispatch_records_;
  ShardedCells in_flight_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_RECORD_METRICS_H_
