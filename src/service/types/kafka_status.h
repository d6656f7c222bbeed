// The state of the producer and of its connections, for /health and metrics. Plain data.
#ifndef GATEWAY_SERVICE_TYPES_KAFKA_STATUS_H_
#define GATEWAY_SERVICE_TYPES_KAFKA_STATUS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "service/types/kafka_access.h"

namespace gateway {

// The producer's own knowledge of the cluster: no request is sent to answer.
struct KafkaStatus {
  bool ready = false;     // a broker is connected and has answered, and the producer can produce
  bool embedded = false;  // the in-process broker for experiments, which keeps nothing
  int brokers_up = 0;
  int brokers_known = 0;
  std::string description;  // for people
  KafkaAccess access = KafkaAccess::kOk;

  // What the producer is doing.
  std::int64_t records_held = 0;       // queued in the gateway
  std::int64_t records_in_flight = 0;  // dispatched to librdkafka, not reported yet
  // Age of the oldest record, queued or in flight, with a resolution of 0.1 s; a lower bound for
  // long waits. Absent: no record waits.
  std::optional<std::chrono::milliseconds> oldest_record = {};
  std::optional<std::chrono::milliseconds> since_delivery = {};  // absent: nothing was stored yet
  int clients = 0;                  // of librdkafka that produce; 0 while they are replaced
  std::int64_t instance_swaps = 0;  // producers replaced after a fatal error
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_KAFKA_STATUS_H_
