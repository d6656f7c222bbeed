#include "infra/kafka/client_scaler.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace gateway {
namespace {

constexpr std::chrono::seconds kRetry{10};

template <typename T>
bool IsDone(const std::future<T>& future) {
  return future.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
}

}  // namespace

// The destructors of the futures wait.
ClientScaler::~ClientScaler() = default;

std::optional<std::size_t> ClientScaler::Tick(ProducerGroup& group) {
  if (closing_.valid() && !IsDone(closing_)) return std::nullopt;
  closing_ = {};
  if (making_.valid()) {
    if (IsDone(making_)) FinishMaking(group);
    return std::nullopt;
  }
  const std::size_t wanted = accumulator_.WantedProducers();
  const std::size_t clients = group.clients();
  if (wanted > clients && clock_.Now() >= retry_at_) StartMaking(group);
  if (wanted < clients) return CloseLast(group);
  return std::nullopt;
}

// The thread must not keep the group alive, which may be replaced meanwhile.
void ClientScaler::StartMaking(const ProducerGroup& group) {
  outdated_ = false;
  making_ = std::async(std::launch::async, [make_conf = group.make_conf()] {
    pthread_setname_np(pthread_self(), "kafka-clients");
    return ProducerGroup::MakeClient(make_conf);
  });
}

void ClientScaler::FinishMaking(ProducerGroup& group) {
  ProducerGroup::ClientResult made = making_.get();
  if (!made.ok()) {
    retry_at_ = clock_.Now() + kRetry;
    logger_.Log(LogLevel::kWarning, "kafka-client-not-added",
                "No further Kafka client can be started; the gateway goes on with those it has. " +
                    made.error());
    return;
  }
  if (outdated_) return Close(std::move(made).value());
  group.Add(std::move(made).value());
}

std::optional<std::size_t> ClientScaler::CloseLast(ProducerGroup& group) {
  const std::size_t last = group.clients() - 1;
  ready_ = std::min(ready_, last);
  accumulator_.SetProducers(ready_);
  if (accumulator_.Needs(last)) return std::nullopt;
  std::shared_ptr<ProducerClient> client = group.TakeLast();
  if (!client) return std::nullopt;
  Close(std::move(client));
  return last;
}

void ClientScaler::Close(std::shared_ptr<ProducerClient> client) {
  closing_ = std::async(std::launch::async, [client = std::move(client)]() mutable {
    pthread_setname_np(pthread_self(), "kafka-clients");
    client.reset();
  });
}

void ClientScaler::OnStats(std::size_t client, const ClusterStats& stats) {
  if (client == 0) first_brokers_up_ = stats.brokers_up;
  if (client != ready_ || stats.brokers_up == 0 || stats.brokers_up < first_brokers_up_ ||
      ProducerIdOf(stats.idempotence) != ProducerId::kAssigned) {
    return;
  }
  accumulator_.SetProducers(++ready_);
}

void ClientScaler::OnReplaced() {
  ready_ = 1;
  outdated_ = true;
  retry_at_ = {};
}

}  // namespace gateway
