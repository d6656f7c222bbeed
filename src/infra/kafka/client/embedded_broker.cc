#include "infra/kafka/client/embedded_broker.h"

#include <array>
#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {

Result<std::unique_ptr<EmbeddedBroker>, std::string> EmbeddedBroker::Start(Logger& logger) {
  std::array<char, 256> text{};
  RdConf conf(rd_kafka_conf_new());
  rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // it would log that it has no brokers
  // The broker's sockets inherit this from their owner; without it responses come 40 ms late.
  if (rd_kafka_conf_set(conf.get(), "socket.nagle.disable", "true", text.data(), text.size()) !=
      RD_KAFKA_CONF_OK) {
    return "The embedded broker cannot start: " + std::string(text.data());
  }
  Result<RdClient, std::string> owner = MakeKafkaClient(std::move(conf));
  if (!owner.ok()) return "The embedded broker cannot start: " + owner.error();
  RdMockCluster cluster(rd_kafka_mock_cluster_new(owner.value().get(), 1));
  if (cluster == nullptr) {
    return std::string("The embedded broker cannot start: no port of 127.0.0.1 can be opened.");
  }
  std::unique_ptr<EmbeddedBroker> broker(
      new EmbeddedBroker(std::move(owner).value(), std::move(cluster)));
  logger.Log(
      LogLevel::kWarning, "embedded-kafka",
      "The embedded broker is for experiments: it keeps nothing after the gateway exits, and "
      "only the last few megabytes until then.",
      {{"bootstrapServers", std::string_view(broker->bootstrap_servers())}});
  return broker;
}

EmbeddedBroker::EmbeddedBroker(RdClient owner, RdMockCluster cluster)
    : owner_(std::move(owner)),
      cluster_(std::move(cluster)),
      bootstrap_servers_(rd_kafka_mock_cluster_bootstraps(cluster_.get())) {}

}  // namespace gateway
