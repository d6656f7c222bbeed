#include "infra/metrics/prometheus_produce_metrics.h"

#include <algorithm>
#include <string>
#include <utility>

#include "infra/metrics/families.h"

namespace gateway {
namespace {

constexpr std::string_view kOther = "_other";

// In the order of RecordResult.
constexpr std::array<std::string_view, 4> kResults = {"delivered", "not_persisted",
                                                      "possibly_persisted", "late"};
constexpr std::size_t kDeliveredBytes = kResults.size();
constexpr std::size_t kTopicCells = kDeliveredBytes + 1;

// Steps of 0.1 ms at the low end, where a near broker answers; the default deadline is 30 s.
const BucketLayout& DeliveryBuckets() {
  static const BucketLayout layout(
      {.0001, .0002, .0003, .0004, .0005, .0006, .0008, .001, .0015, .002, .003, .005,
       .0075, .01,   .025,  .05,   .1,    .25,   .5,    1,    2.5,   5,    10,   30},
      1e9);
  return layout;
}

const BucketLayout& BatchBuckets() {
  static const BucketLayout layout({1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000},
                                   1);
  return layout;
}

constexpr std::array<std::string_view, 4> kStages = {"parse", "held", "broker", "total"};

// Steps of 0.1 ms up to 1 ms, and below that what parsing takes; the default deadline is 30 s. No
// 0.0006: prometheus-cpp would write it as 0.0005999999999999999.
const BucketLayout& StageBuckets() {
  static const BucketLayout layout(
      {.00001, .00002, .00005, .0001, .0002, .0003, .0004, .0005, .00055,
       .00065, .0007,  .0008,  .0009, .001,  .0015, .002,  .003,  .005,
       .01,    .02,    .05,    .1,    .25,   1,     5,     30},
      1e9);
  return layout;
}

}  // namespace

PrometheusProduceMetrics::TopicCounts::TopicCounts(const BucketLayout& layout)
    : counts(kTopicCells), delivery(layout) {}

PrometheusProduceMetrics::PrometheusProduceMetrics(std::size_t max_topic_labels,
                                                   std::vector<std::string> record_errors)
    : topics_(max_topic_labels),
      other_(DeliveryBuckets()),
      batch_records_(BatchBuckets()),
      dispatch_records_(BatchBuckets()),
      stages_{ShardedHistogram(StageBuckets()), ShardedHistogram(StageBuckets()),
              ShardedHistogram(StageBuckets()), ShardedHistogram(StageBuckets())},
      record_errors_(std::move(record_errors)),
      failed_(record_errors_.size() + 1),
      totals_(kTotals) {}

void PrometheusProduceMetrics::OnRecordsSent(std::int64_t count, std::int64_t bytes) {
  totals_.Add(kRecords, count);
  totals_.Add(kBytes, bytes);
}

PrometheusProduceMetrics::TopicCounts& PrometheusProduceMetrics::CountsOf(std::string_view topic,
                                                                          RecordResult result) {
  if (topic == kOther) return other_;  // a legal topic name, but the label is taken
  TopicCounts* const counts = result == RecordResult::kDelivered
                                  ? topics_.FindOrAdd(topic, 0, DeliveryBuckets())
                                  : topics_.Find(topic);
  return counts != nullptr ? *counts : other_;
}

void PrometheusProduceMetrics::OnRecordReported(std::string_view topic, RecordResult result,
                                                std::size_t bytes,
                                                std::chrono::nanoseconds since_sent) {
  const auto signed_bytes = static_cast<std::int64_t>(bytes);
  totals_.Add(kRecords, -1);
  totals_.Add(kBytes, -signed_bytes);
  TopicCounts& topic_counts = CountsOf(topic, result);
  topic_counts.counts.Add(static_cast<std::size_t>(result), 1);
  if (result != RecordResult::kDelivered) return;
  topic_counts.counts.Add(kDeliveredBytes, signed_bytes);
  topic_counts.delivery.Observe(since_sent.count());
}

void PrometheusProduceMetrics::OnBatch(std::size_t records) {
  batch_records_.Observe(static_cast<std::int64_t>(records));
}

template <typename Visit>
void PrometheusProduceMetrics::ForEachTopic(const Visit& visit) const {
  topics_.ForEach([&visit](std::string_view topic, std::uint32_t /*code*/,
                           const TopicCounts& counts) { visit(topic, counts); });
  visit(kOther, other_);
}

void PrometheusProduceMetrics::OnRecordFailed(ErrorCode code) {
  failed_.Add(std::min(static_cast<std::size_t>(code), record_errors_.size()), 1);
}

void PrometheusProduceMetrics::CollectTopics(Families* families) const {
  using prometheus::MetricType;
  prometheus::MetricFamily records =
      MakeFamily(MetricType::Counter, "kafka_gateway_records_total",
                 "Records by outcome: delivered, not_persisted (certainly not stored), "
                 "possibly_persisted, late (reported after the request had been answered).");
  prometheus::MetricFamily bytes =
      MakeFamily(MetricType::Counter, "kafka_gateway_record_bytes_total",
                 "Payload bytes of delivered records: keys, values and headers.");
  prometheus::MetricFamily delivery =
      MakeFamily(MetricType::Histogram, "kafka_gateway_delivery_duration_seconds",
                 "Time from accepting a record to Kafka's confirmation, for delivered records.");
  ForEachTopic([&](std::string_view topic, const TopicCounts& topic_counts) {
    const ShardedCells& counts = topic_counts.counts;
    for (std::size_t i = 0; i < kResults.size(); ++i) {
      AddCounter(records, {{"topic", std::string(topic)}, {"result", std::string(kResults[i])}},
                 static_cast<double>(counts.Sum(i)));
    }
    AddCounter(bytes, {{"topic", std::string(topic)}},
               static_cast<double>(counts.Sum(kDeliveredBytes)));
    AddHistogram(delivery, {{"topic", std::string(topic)}}, topic_counts.delivery.Collect());
  });
  families->push_back(std::move(records));
  families->push_back(std::move(bytes));
  families->push_back(std::move(delivery));
}

void PrometheusProduceMetrics::CollectTotals(Families* families) const {
  families->push_back(
      GaugeFamily("kafka_gateway_held_records",
                  "Records queued in the gateway because their partition is busy or its "
                  "leader is unavailable.",
                  AtLeastZero(totals_.Sum(kHeld))));
  families->push_back(CounterFamily("kafka_gateway_withdrawn_records_total",
                                    "Records withdrawn by their deadline before they were sent.",
                                    AtLeastZero(totals_.Sum(kWithdrawn))));
  families->push_back(GaugeFamily("kafka_gateway_in_flight_records",
                                  "Accepted records whose outcome is not known yet.",
                                  AtLeastZero(totals_.Sum(kRecords))));
  families->push_back(GaugeFamily("kafka_gateway_in_flight_bytes",
                                  "Payload bytes of the records in flight.",
                                  AtLeastZero(totals_.Sum(kBytes))));
  families->push_back(
      CounterFamily("kafka_gateway_accepted_failed_records_total",
                    "Records answered with 202 (Prefer: respond-async) that failed or "
                    "possibly failed.",
                    AtLeastZero(totals_.Sum(kAcceptedFailed))));
  families->push_back(GaugeFamily("kafka_gateway_kafka_ready",
                                  "1 while a broker answers and records can be produced, else 0.",
                                  kafka_ready_.load(std::memory_order_relaxed) ? 1 : 0));
}

prometheus::MetricFamily PrometheusProduceMetrics::CollectErrors() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Counter, "kafka_gateway_record_errors_total",
                 "Records that failed or possibly failed, by the code of their error.");
  for (std::size_t i = 0; i < record_errors_.size(); ++i) {
    AddCounter(family, {{"code", record_errors_[i]}}, static_cast<double>(failed_.Sum(i)));
  }
  return family;
}

prometheus::MetricFamily PrometheusProduceMetrics::CollectStages() const {
  prometheus::MetricFamily family =
      MakeFamily(prometheus::MetricType::Histogram, "kafka_gateway_stage_duration_seconds",
                 "Stages of sends, for the record of each request that was reported last: parse "
                 "(from the last byte until queued), held (until dispatched to librdkafka), broker "
                 "(until the delivery report), total (from the head to the answer).");
  for (std::size_t i = 0; i < stages_.size(); ++i) {
    AddHistogram(family, {{"stage", std::string(kStages[i])}}, stages_[i].Collect());
  }
  return family;
}

std::vector<prometheus::MetricFamily> PrometheusProduceMetrics::Collect() const {
  Families families;
  CollectTopics(&families);
  families.push_back(HistogramFamily("kafka_gateway_batch_records", "Records in one request.",
                                     batch_records_.Collect()));
  families.push_back(
      HistogramFamily("kafka_gateway_dispatch_records",
                      "Records per dispatch round, that is, dispatched to one broker at once.",
                      dispatch_records_.Collect()));
  CollectTotals(&families);
  families.push_back(CollectErrors());
  families.push_back(CollectStages());
  return families;
}

}  // namespace gateway
