#include "infra/metrics/record_metrics.h"

#include <array>
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

double AtLeastZero(std::int64_t value) { return value < 0 ? 0.0 : static_cast<double>(value); }

}  // namespace

RecordMetrics::TopicCounts::TopicCounts(const BucketLayout& layout)
    : counts(kTopicCells), delivery(layout) {}

RecordMetrics::RecordMetrics(std::size_t max_topic_labels)
    : topics_(max_topic_labels),
      other_(DeliveryBuckets()),
      batch_records_(BatchBuckets()),
      dispatch_records_(BatchBuckets()),
      in_flight_(kInFlightCells) {}

void RecordMetrics::OnSent(std::int64_t count, std::int64_t bytes) {
  in_flight_.Add(kRecords, count);
  in_flight_.Add(kBytes, bytes);
}

RecordMetrics::TopicCounts& RecordMetrics::CountsOf(std::string_view topic, RecordResult result) {
  if (topic == kOther) return other_;  // a legal topic name, but it is the label of all others
  TopicCounts* const counts = result == RecordResult::kDelivered
                                  ? topics_.FindOrAdd(topic, 0, DeliveryBuckets())
                                  : topics_.Find(topic);
  return counts != nullptr ? *counts : other_;
}

void RecordMetrics::OnReported(std::string_view topic, RecordResult result, std::size_t bytes,
                               std::chrono::nanoseconds since_sent) {
  const auto signed_bytes = static_cast<std::int64_t>(bytes);
  in_flight_.Add(kRecords, -1);
  in_flight_.Add(kBytes, -signed_bytes);
  TopicCounts& topic_counts = CountsOf(topic, result);
  topic_counts.counts.Add(static_cast<std::size_t>(result), 1);
  if (result != RecordResult::kDelivered) return;
  topic_counts.counts.Add(kDeliveredBytes, signed_bytes);
  topic_counts.delivery.Observe(since_sent.count());
}

void RecordMetrics::OnBatch(std::size_t records) {
  batch_records_.Observe(static_cast<std::int64_t>(records));
}

template <typename Visit>
void RecordMetrics::ForEachTopic(const Visit& visit) const {
  topics_.ForEach([&visit](std::string_view topic, std::uint32_t /*code*/,
                           const TopicCounts& counts) { visit(topic, counts); });
  visit(kOther, other_);
}

std::vector<prometheus::MetricFamily> RecordMetrics::Collect() const {
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

  std::vector<prometheus::MetricFamily> families;
  families.push_back(std::move(records));
  families.push_back(std::move(bytes));
  families.push_back(std::move(delivery));
  families.push_back(HistogramFamily("kafka_gateway_batch_records", "Records in one request.",
                                     batch_records_.Collect()));
  families.push_back(
      HistogramFamily("kafka_gateway_dispatch_records",
                      "Records per dispatch round, that is, dispatched to one broker at once.",
                      dispatch_records_.Collect()));
  families.push_back(GaugeFamily(
      "kafka_gateway_held_records",
      "Records queued in the gateway because their partition is busy or its leader is unavailable.",
      AtLeastZero(in_flight_.Sum(kHeld))));
  families.push_back(CounterFamily("kafka_gateway_withdrawn_records_total",
                                   "Records withdrawn by their deadline before they were sent.",
                                   AtLeastZero(in_flight_.Sum(kWithdrawn))));
  families.push_back(GaugeFamily("kafka_gateway_in_flight_records",
                                 "Accepted records whose outcome is not known yet.",
                                 AtLeastZero(in_flight_.Sum(kRecords))));
  families.push_back(GaugeFamily("kafka_gateway_in_flight_bytes",
                                 "Payload bytes of the records in flight.",
                                 AtLeastZero(in_flight_.Sum(kBytes))));
  return families;
}

}  // namespace gateway
