// The part of librdkafka's statistics (a JSON text from each client four times per second) that
// readiness and the RecordAccumulator need: the brokers, and whether the producer has its id. The
// member "topics", which makes the text long, is cut out before parsing. exported_stats.h reads the
// other members at a scrape.
#ifndef GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_
#define GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_

#include <algorithm>
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
    BrokerId id = 0;
    bool up = false;
    std::chrono::microseconds silent_for{};  // since its last byte; very long if there was none
    int clients = 1;                         // that know it
  };
  int brokers_known = 0;  // those that metadata named; bootstrap addresses do not count
  int brokers_up = 0;
  // eos.idemp_state: "Assigned" when the producer can produce; while librdkafka recovers from a
  // failed batch briefly "DrainBump", "DrainReset", "RequestPID" or "WaitPID".
  std::string idempotence;
  std::vector<Broker> brokers{};
};

// Merges what another client reports about the same broker: it is up if both are connected to it,
// and its last byte is the most recent that either received.
void JoinBroker(const ClusterStats::Broker& other, ClusterStats::Broker* broker);

// The meaning of eos.idemp_state, from able to produce to unable. kRenewed: librdkafka is getting a
// new id after a failed batch, which takes a moment.
enum class ProducerId : std::uint8_t { kAssigned, kRenewed, kNone };
ProducerId ProducerIdOf(std::string_view idemp_state);

// Merges the statistics of the clients of one ProducerGroup, which arrive one client at a time. One
// thread at a time.
class ClientStats final {
 public:
  // New statistics of `client`; call Merge before the next. The silence of brokers that other
  // clients reported before is out of date, so it is not used again.
  void Update(std::size_t client, ClusterStats stats);
  // The client has lost its connection to the broker since its statistics.
  void MarkDown(std::size_t client, BrokerId broker);
  // The client, which has the highest number, is gone.
  void Remove(std::size_t client) { latest_.resize(std::min(latest_.size(), client)); }
  // The next statistics are those of a new group.
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

  // Absent if `json` does not have librdkafka's format.
  std::optional<ClusterStats> Read(std::string_view json);

 private:
  struct Buffers;  // keeps simdjson out of this header
  const std::unique_ptr<Buffers> buffers_;
};

// A text of librdkafka's statistics without its member "topics" is `head` followed by `tail`.
// "topics" grows with the number of partitions, to megabytes. The rest does not, and is valid JSON
// without it.
struct StatsParts {
  std::string_view head;
  std::string_view tail;
};

// librdkafka writes "topics" after "brokers" and before "eos", and the names of topics and brokers
// contain no quotes. If the order differs, `head` is the whole text.
StatsParts WithoutTopics(std::string_view json);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_STATS_CLUSTER_STATS_H_
