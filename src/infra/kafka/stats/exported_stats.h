// The exported part of librdkafka's statistics as numbers. The tables in exported_stats.cc list the
// members and their metrics. Per-partition figures are skipped. Plain data.
#ifndef GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_
#define GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/stats/cluster_stats.h"

namespace gateway {

// One member of the statistics, and its metric.
struct RdkafkaField {
  std::string_view member;
  const char* metric;
  const char* help;
  bool counter = false;
  double per_unit = 1;   // the member's value per unit of the metric: 1e6 for microseconds
  bool largest = false;  // for several clients export the largest value, not the sum
};

std::span<const RdkafkaField> RdkafkaClientFields();  // of the client as a whole
std::span<const RdkafkaField> RdkafkaBrokerFields();
std::span<const RdkafkaField> RdkafkaBrokerWindows();  // distributions of the last interval
std::span<const RdkafkaField> RdkafkaTopicFields();
std::span<const RdkafkaField> RdkafkaTopicWindows();

// The exported figures of a distribution, in this order.
inline constexpr std::string_view kRdkafkaWindowStats[] = {"avg", "p50", "p95", "p99"};

// All in the units of the metrics.
struct ExportedStats {
  struct Window {
    bool empty = true;  // nothing was measured: the figures are meaningless
    double values[std::size(kRdkafkaWindowStats)] = {};
  };
  // In the order of the tables.
  struct Figures {
    std::vector<double> fields;
    std::vector<Window> windows;
  };
  struct Broker {
    ClusterStats::Broker state;
    std::string address;  // "host:9092"
    Figures figures;
  };
  struct Topic {
    std::string name;
    Figures figures;
  };

  std::vector<double> client;
  bool id_assigned = false;  // the idempotent producer has its id
  double id_epochs = 0;
  std::vector<Broker> brokers;  // those that metadata named
  std::vector<Topic> topics;    // at most as many as were asked for
};

// Merges the statistics of another client of the same group into `all`. Distributions cannot be
// added: the largest value of each figure is kept.
void Join(const ExportedStats& other, ExportedStats* all);

// Absent if `json` does not have librdkafka's format. Takes about one millisecond per megabyte.
std::optional<ExportedStats> ReadRdkafkaStats(std::string_view json, std::size_t max_topics);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_EXPORTED_STATS_H_
