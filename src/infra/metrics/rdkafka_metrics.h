// The family rdkafka_*: what librdkafka says of itself (brokers, queues, batches), as of its latest
// statistics. These come four times a second from each of its clients and a scrape every few
// seconds, so each text is only copied, and read when somebody asks. With thousands of partitions
// the text has megabytes: over kMaxText what it says of topics is left out.
//
// Counters go on when another instance takes the place of one: what the old one had counted last is
// added (what it counted after its last statistics, a quarter of a second at most, is lost; a
// counter never goes backwards). Labels are bounded: brokers that metadata named, `max_topics`
// topics, no partitions.
//
// Owned by main, outlives the producer. Any thread.
#ifndef GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_
#define GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_

#include <prometheus/collectable.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/stats/exported_stats.h"

namespace gateway {

class RdkafkaMetrics final : public prometheus::Collectable {
 public:
  static constexpr std::size_t kMaxText = 2'000'000;

  explicit RdkafkaMetrics(std::size_t max_topics) : max_topics_(max_topics) {}

  // The latest statistics of one client of the instance; those of all are exported as one.
  void OnStatistics(std::size_t client, std::string_view json);
  // The next statistics are those of another instance.
  void OnReplaced();

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // What instances before this one have counted, in the order of the tables.
  struct Before {
    std::vector<double> client = std::vector<double>(RdkafkaClientFields().size());
    std::map<std::int64_t, std::vector<double>> brokers;
    double id_epochs = 0;
  };

  using Families = std::vector<prometheus::MetricFamily>;
  static void CollectClient(const ExportedStats& stats, const Before& before, Families* families);
  static void CollectBrokers(const ExportedStats& stats, const Before& before, Families* families);
  static void CollectTopics(const ExportedStats& stats, Families* families);

  using Texts = std::vector<std::string>;
  // Absent if none has reported anything.
  static std::optional<ExportedStats> ReadAll(const Texts& texts, std::size_t max_topics);

  const std::size_t max_topics_;
  mutable std::mutex mutex_;
  Texts texts_;  // by client; "": it has reported nothing yet
  Before before_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_
