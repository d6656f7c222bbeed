// Why the cluster does not let the gateway in. Plain data.
#ifndef GATEWAY_INFRA_KAFKA_TYPES_ACCESS_FAULT_H_
#define GATEWAY_INFRA_KAFKA_TYPES_ACCESS_FAULT_H_

#include <optional>
#include <string>

#include "infra/kafka/types/topic_layout.h"
#include "service/types/kafka_access.h"

namespace gateway {

struct AccessFault {
  KafkaAccess access = KafkaAccess::kOk;
  // Says which error to correct and how: for clients, /health and the log. Names keys, no
  // internals.
  std::string sentence;
  std::string broker;                 // "sasl_ssl://host:9093/1"; for the log; "": the cluster
  std::optional<BrokerId> broker_id;  // absent: an address of the bootstrap list, or the cluster
  std::string reason;                 // librdkafka's words; for the log
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TYPES_ACCESS_FAULT_H_
