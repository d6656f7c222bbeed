// The port for the state of the Kafka side. Any thread may ask; never asks the cluster.
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
