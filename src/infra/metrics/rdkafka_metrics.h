// The family rdkafka_*: librdkafka's own metrics (brokers, queues, batches) from its latest
// statistics. Each client emits statistics four times per second and a scrape comes every few
// seconds, so each text is only copied, and parsed at a scrape. With thousands of partitions the
// text has megabytes: above kMaxText its topics are left out.
//
// Counters continue when an instance is replaced: the old instance's last counts are added (counts
// after its last statistics, at most a quarter of a second, are lost; a counter never decreases).
// Labels are bounded: brokers named by metadata, `max_topics` topics, no partitions.
//
// Owned by Gateway, outlives the producer. Any thread.
#ifndef GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_
#define GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_

#include <prometheus/collectable.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/stats/exported_stats.h"
#include "service/types/mutex.h"

namespace gateway {

class RdkafkaMetrics final : public prometheus::Collectable {
 public:
  static constexpr std::size_t kMaxText = 2'000'000;

  explicit RdkafkaMetrics(std::size_t max_topics) : max_topics_(max_topics) {}

  // Stores the latest statistics of one client of the instance; all clients are exported as one.
  void OnStatistics(std::size_t client, std::string_view json);
  // The client, the last one, is closed.
  void OnClientClosed(std::size_t client);
  // The next statistics come from a new instance.
  void OnReplaced();

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  // The counts of earlier instances, in the order of the tables.
  struct Before {
    std::vector<double> client = std::vector<double>(RdkafkaClientFields().size());
    std::map<BrokerId, std::vector<double>> brokers;
    double id_epochs = 0;
  };

  using Families = std::vector<prometheus::MetricFamily>;
  static void CollectClient(const ExportedStats& stats, const Before& before, Families* families);
  static void CollectBrokers(const ExportedStats& stats, const Before& before, Families* families);
  static void CollectTopics(const ExportedStats& stats, Families* families);

  using Texts = std::vector<std::string>;
  // Absent if no client has reported statistics.
  static std::optional<ExportedStats> ReadAll(const Texts& texts, std::size_t max_topics);
  // The counts of these clients go on without them.
  void Keep(const Texts& gone) REQUIRES(mutex_);

  const std::size_t max_topics_;
  mutable Mutex mutex_;
  Texts texts_ GUARDED_BY(mutex_);  // by client; "": it has reported nothing yet
  Before before_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_METRICS_RDKAFKA_METRICS_H_
