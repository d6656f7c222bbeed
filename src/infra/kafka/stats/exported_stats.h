// librdkafka's statistics as numbers: one text, read as far as it is exported. Which members those
// are, and what they are called outside, stands in the tables of exported_stats.cc. Per-partition
// figures are passed over. Plain data.
#ifndef GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_
#define GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

// One member of the statistics, and the metric that it becomes.
struct RdkafkaField {
  std::string_view member;
  const char* metric;
  const char* help;
  bool counter = false;
  double per_unit = 1;   // what the member counts, of the metric's unit: 1e6 for microseconds
  bool largest = false;  // of several clients the largest stands for all, not the sum
};

std::span<const RdkafkaField> RdkafkaClientFields();  // of the client as a whole
std::span<const RdkafkaField> RdkafkaBrokerFields();
std::span<const RdkafkaField> RdkafkaBrokerWindows();  // distributions of the last interval
std::span<const RdkafkaField> RdkafkaTopicFields();
std::span<const RdkafkaField> RdkafkaTopicWindows();

// What is exported of a distribution, in this order.
inline constexpr std::string_view kRdkafkaWindowStats[] = {"avg", "p50", "p95", "p99"};

// All in the units of the metrics.
struct ExportedStats {
  struct Window {
    bool empty = true;  // nothing was measured: the figures mean nothing
    double values[std::size(kRdkafkaWindowStats)] = {};
  };
  struct Part {  // a broker or a topic
    std::string name;
    std::int64_t broker = -1;  // its id; -1 for a topic
    bool up = false;
    std::vector<double> fields;
    std::vector<Window> windows;
  };

  std::vector<double> client;
  bool id_assigned = false;  // the idempotent producer has its id
  double id_epochs = 0;
  std::vector<Part> brokers;  // those that metadata named
  std::vector<Part> topics;   // at most as many as were asked for
};

// Takes what another client of the same instance says into `all`. Distributions cannot be added: of
// each figure the largest stands.
void Join(const ExportedStats& other, ExportedStats* all);

// Absent if `json` is not what librdkafka writes. Takes about a millisecond for a megabyte.
std::optional<ExportedStats> ReadRdkafkaStats(std::string_view json, std::size_t max_topics);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_
