// Kafka:BootstrapServers=embedded: a broker in this process, for experiments without Kafka
// (librdkafka's mock cluster). It listens on a free port of 127.0.0.1, creates topics on demand (4
// partitions), keeps the last 5 MB of each partition in memory and loses everything at the end.
// Owned by class Gateway; destroyed after the producer.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_EMBEDDED_BROKER_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_EMBEDDED_BROKER_H_

#include <memory>
#include <string>

#include "infra/kafka/client/handles.h"
#include "service/ports/logger.h"
#include "service/types/result.h"

namespace gateway {

class EmbeddedBroker final {
 public:
  // Maximum number of topics that callers can create; topics are never deleted.
  static constexpr std::size_t kMaxTopics = 1'000;

  // Logs "embedded-kafka" with bootstrapServers once it listens.
  static Result<std::unique_ptr<EmbeddedBroker>, std::string> Start(Logger& logger);

  // "127.0.0.1:PORT".
  const std::string& bootstrap_servers() const { return bootstrap_servers_; }

  // For tests that make the broker misbehave.
  rd_kafka_mock_cluster_t* cluster() const { return cluster_.get(); }

 private:
  EmbeddedBroker(RdClient owner, RdMockCluster cluster);

  const RdClient owner_;  // the cluster runs on it and must be destroyed first
  const RdMockCluster cluster_;
  const std::string bootstrap_servers_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_EMBEDDED_BROKER_H_
