// What readiness and the wave queue need of librdkafka's statistics (a JSON text four times a
// second): brokers, and whether the producer has its id. Topics, with which the text grows, are cut
// out before it is read; what is exported of them is read at a scrape (rdkafka_metrics.h).
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kafka/topic_layout.h"

namespace gateway {

struct KafkaStats {
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

// Of several clients that stand for one: a broker is up if it is to all that have told of it,
// speaks if it does to any; the producer has its id if all have. Those that have told nothing yet
// do not count.
KafkaStats Together(std::span<const KafkaStats> clients);

// Keeps its buffers from one text to the next. One thread at a time.
class KafkaStatsReader final {
 public:
  KafkaStatsReader();
  ~KafkaStatsReader();
  KafkaStatsReader(const KafkaStatsReader&) = delete;
  KafkaStatsReader& operator=(const KafkaStatsReader&) = delete;

  // Absent if `json` is not what librdkafka writes.
  std::optional<KafkaStats> Read(std::string_view json);

 private:
  struct Buffers;  // keeps simdjson out of this header
  const std::unique_ptr<Buffers> buffers_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_
