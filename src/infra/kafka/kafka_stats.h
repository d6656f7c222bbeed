// What readiness needs of librdkafka's statistics (a JSON text every second): brokers, and whether
// the producer has its id. The rest of the text, which grows with partitions, is skipped unbuilt.
#ifndef GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_
#define GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_

#include <optional>
#include <string>
#include <string_view>

namespace gateway {

struct KafkaStats {
  int brokers_known = 0;  // those that metadata named; bootstrap addresses do not count
  int brokers_up = 0;
  // eos.idemp_state: "Assigned" when the producer can produce; while a failed batch is dealt with
  // "DrainBump", "DrainReset", "RequestPID", "WaitPID" for a moment.
  std::string idempotence;
};

// Absent if `json` is not what librdkafka writes.
std::optional<KafkaStats> ParseKafkaStats(std::string_view json);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_KAFKA_STATS_H_
