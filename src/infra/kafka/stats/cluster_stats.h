// The part of librdkafka's statistics (a JSON text per client, four times per second) that
// readiness and the RecordAccumulator need: brokers, and whether the producer has its id. Topics,
// which make the text long, are cut out before parsing; exported figures are read at a scrape
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
  int brokers_known = 0;  // brokers named by metadata; bootstrap addresses do not count
  int brokers_up = 0;
  // eos.idemp_state: "Assigned" if the producer can produce; for a moment after a failed batch
  // "DrainBump", "DrainReset", "RequestPID", "WaitPID".
  std::string idempotence;
  std::vector<Broker> brokers{};
};

// The state of the producer id from eos.idemp_state, best first: after a failed batch librdkafka
// renews the id, for a moment.
enum class ProducerId : std::uint8_t { kAssigned, kRenewed, kNone };
ProducerId ProducerIdOf(std::string_view idemp_state);

// Merges the statistics of the clients of one ProducerGroup, which arrive one after the other. One
// thread at a time.
class ClientStats final {
 public:
  // Stores new statistics of `client`; call Merge before the next ones. Drops the other clients'
  // values of a broker's silence, which have been used and are out of date.
  void Update(std::size_t client, ClusterStats stats);
  // The client's connection to the broker has broken since its last statistics.
  void MarkDown(std::size_t client, BrokerId broker);
  // The next statistics come from a new instance.
  void Clear() { latest_.clear(); }

  // Merges the latest statistics of all clients for which `used` holds. A broker is up only if
  // every client is connected to it; its last activity is the most recent seen by any; the producer
  // id's state is the worst of all.
  ClusterStats Merge(const std::function<bool(std::size_t)>& used) const;

 private:
  std::vector<std::optional<ClusterStats>> latest_;
};

// Reuses its buffers for the next text. One thread at a time.
class ClusterStatsReader final {
 public:
  ClusterStatsReader();
  ~ClusterStatsReader();
  ClusterStatsReader(const ClusterStatsReader&) = delete;
  ClusterStatsReader& operator=(const ClusterStatsReader&) = delete;

  // Absent if `json` does not have librdkafka's format.
  std::optional<ClusterStats> Read(std::string_view json);

 private:
  struct Buffers;  // keeps simdjson out of this header
  const std::unique_ptr<Buffers> buffers_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_
