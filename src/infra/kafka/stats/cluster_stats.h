// What readiness and the RecordAccumulator need of librdkafka's statistics (a JSON text of each
// client four times a second): brokers, and whether the producer has its id. Topics, with which the
// text grows, are cut out before it is read; what is exported of them is read at a scrape
// (rdkafka_metrics.h).
#ifndef GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_
#define GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/types/topic_layout.h"

namespace gateway {

struct ClusterStats {
  struct Broker {
    BrokerId id = kNoLeader;
    bool up = false;
    std::chrono::microseconds silent_for{};  // since its last byte; very long if there was none
  };
  int brokers_known = 0;  // those that metadata named; bootstrap addresses do not count
  int brokers_up = 0;
  // eos.idemp_state: "Assigned" when the producer can produce; while a failed batch is dealt with
  // "DrainBump", "DrainReset", "RequestPID", "WaitPID" for a moment.
  std::string idempotence;
  std::vector<Broker> brokers{};
};

// What eos.idemp_state comes to, the nearer to producing the lesser: a failed batch makes
// librdkafka renew the id, for a moment.
enum class ProducerId : std::uint8_t { kAssigned, kRenewed, kNone };
ProducerId ProducerIdOf(std::string_view idemp_state);

// Merges the statistics of the clients of one ProducerGroup, which come one after the other. One
// thread at a time.
class ClientStats final {
 public:
  // New statistics of `client`; call Merge before the next. What other clients said of a broker's
  // silence is dropped: it has been used, and is out of date.
  void Update(std::size_t client, ClusterStats stats);
  // The client's connection to the broker broke since.
  void MarkDown(std::size_t client, BrokerId broker);
  // The next are those of another instance.
  void Clear() { latest_.clear(); }

  // Merges the latest statistics of all clients for which `used` holds. A broker is up only if
  // every client is connected to it; its last activity is the most recent seen by any; the producer
  // id's state is the worst of all.
  ClusterStats Merge(const std::function<bool(std::size_t)>& used) const;

 private:
  std::vector<std::optional<ClusterStats>> latest_;
};

// Keeps its buffers from one text to the next. One thread at a time.
class ClusterStatsReader final {
 public:
  ClusterStatsReader();
  ~ClusterStatsReader();
  ClusterStatsReader(const ClusterStatsReader&) = delete;
  ClusterStatsReader& operator=(const ClusterStatsReader&) = delete;

  // Absent if `json` is not what librdkafka writes.
  std::optional<ClusterStats> Read(std::string_view json);

 private:
  struct Buffers;  // keeps simdjson out of this header
  const std::unique_ptr<Buffers> buffers_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_
