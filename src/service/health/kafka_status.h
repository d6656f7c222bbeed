// The state of the producer and of its connections, for /health and metrics. Plain data.
#ifndef GATEWAY_SERVICE_HEALTH_KAFKA_STATUS_H_
#define GATEWAY_SERVICE_HEALTH_KAFKA_STATUS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gateway {

// What is known of the cluster without asking it: answered from the producer's own state.
struct KafkaStatus {
  bool ready = false;     // a broker answered, and is still connected; the producer can produce
  bool embedded = false;  // the in-process broker for trying things out: keeps nothing
  int brokers_up = 0;
  int brokers_known = 0;
  std::string description;  // one sentence for people

  // What the producer is doing.
  std::int64_t records_held = 0;       // kept back here, not handed to Kafka yet
  std::int64_t records_in_flight = 0;  // handed to Kafka, not reported yet
  // How long the oldest of both has been waiting, to a tenth of a second; of long waits it may know
  // only that they are at least so long. Absent: nothing waits.
  std::optional<std::chrono::milliseconds> oldest_record = {};
  std::optional<std::chrono::milliseconds> since_delivery = {};  // absent: nothing was stored yet
  std::int64_t instance_swaps = 0;  // producers replaced after a fatal error
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_HEALTH_KAFKA_STATUS_H_
