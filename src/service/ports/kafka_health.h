// The port that reports whether Kafka can be reached and what the producer is doing. Answers from
// what the gateway already knows, without a request to the cluster. Any thread.
#ifndef GATEWAY_SERVICE_PORTS_KAFKA_HEALTH_H_
#define GATEWAY_SERVICE_PORTS_KAFKA_HEALTH_H_

#include "service/types/kafka_status.h"

namespace gateway {

class KafkaHealth {
 public:
  virtual ~KafkaHealth() = default;
  virtual KafkaStatus Status() const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_KAFKA_HEALTH_H_
