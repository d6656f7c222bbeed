// Adds a librdkafka client to the ProducerGroup when the accumulator wants one more, and closes the
// last when it has long been idle, so that an idle gateway keeps one connection per broker. Making
// or closing a client takes milliseconds, or more with TLS, so a short-lived thread
// ("kafka-clients") does it, one client at a time.
//
// Owned by DeliveryLoop, used by its thread only.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_SCALER_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_SCALER_H_

#include <cstddef>
#include <future>
#include <memory>
#include <optional>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/kafka/client/producer_group.h"
#include "infra/kafka/stats/cluster_stats.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"

namespace gateway {

class ClientScaler final {
 public:
  // All must outlive it.
  ClientScaler(RecordAccumulator& accumulator, Logger& logger, const Clock& clock)
      : accumulator_(accumulator), logger_(logger), clock_(clock) {}
  // Waits for a client that is being made or closed.
  ~ClientScaler();
  ClientScaler(const ClientScaler&) = delete;
  ClientScaler& operator=(const ClientScaler&) = delete;

  // Takes the next step with the current group. Returns the number of a client that has just left
  // the group.
  std::optional<std::size_t> Tick(ProducerGroup& group);
  // The latest statistics of a client. It takes batches once it is connected and has a producer id.
  void OnStats(std::size_t client, const ClusterStats& stats);
  // A new group, which has one client, has replaced the old one.
  void OnReplaced();

 private:
  void StartMaking(const ProducerGroup& group);
  void FinishMaking(ProducerGroup& group);
  std::optional<std::size_t> CloseLast(ProducerGroup& group);
  void Close(std::shared_ptr<ProducerClient> client);

  RecordAccumulator& accumulator_;
  Logger& logger_;
  const Clock& clock_;
  std::size_t ready_ = 1;     // how many clients, from the first on, take batches
  int first_brokers_up_ = 0;  // that the first client is connected to
  std::future<ProducerGroup::ClientResult> making_;
  bool outdated_ = false;        // the client being made is for an old group
  Clock::TimePoint retry_at_{};  // after a failure
  std::future<void> closing_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_SCALER_H_
