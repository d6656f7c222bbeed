#include "infra/kafka/client/producer_group.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

constexpr std::uint64_t kOne = 1;

int LeftUntil(std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

}  // namespace

Result<std::shared_ptr<ProducerGroup>, std::string> ProducerGroup::Create(MakeConf make_conf) {
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return std::string("Kafka: librdkafka cannot start: no file descriptor is left.");
  std::shared_ptr<ProducerGroup> group(new ProducerGroup(std::move(make_conf), wake));
  ClientResult first = MakeClient(group->make_conf());
  if (!first.ok()) return std::move(first).error();
  group->Add(std::move(first).value());
  return group;
}

// Clients must be destroyed before the eventfd.
ProducerGroup::~ProducerGroup() {
  {
    const MutexLock lock(mutex_);
    clients_.clear();
  }
  close(wake_);
}

ProducerGroup::ClientResult ProducerGroup::MakeClient(const MakeConf& make_conf) {
  Result<RdConf, std::string> conf = make_conf();
  if (!conf.ok()) return std::move(conf).error();
  return ProducerClient::Create(std::move(conf).value());
}

void ProducerGroup::Add(std::shared_ptr<ProducerClient> client) {
  client->WakeOnEvents(wake_);
  polled_clients_.push_back(client.get());
  const MutexLock lock(mutex_);
  if (credentials_) client->SetCredentials(*credentials_);
  clients_.push_back(std::move(client));
}

std::shared_ptr<ProducerClient> ProducerGroup::TakeLast() {
  const MutexLock lock(mutex_);
  if (clients_.back().use_count() != 1) return nullptr;
  std::shared_ptr<ProducerClient> last = std::move(clients_.back());
  clients_.pop_back();
  polled_clients_.pop_back();
  return last;
}

std::size_t ProducerGroup::clients() const {
  const MutexLock lock(mutex_);
  return clients_.size();
}

std::shared_ptr<ProducerClient> ProducerGroup::client(std::size_t number) const {
  const MutexLock lock(mutex_);
  return number < clients_.size() ? clients_[number] : nullptr;
}

ProducerGroup::Clients ProducerGroup::All() const {
  const MutexLock lock(mutex_);
  return clients_;
}

bool ProducerGroup::GrowTopic(const std::string& topic, Partition partitions,
                              std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  bool all = true;
  for (const auto& client : All()) {
    all = client->LearnPartitions(topic, partitions, until) && all;
  }
  return all;
}

// librdkafka writes to the eventfd when an empty queue gets an event, so poll every queue until all
// are empty before blocking; start with a different client each time for fairness.
ProducerGroup::Polled ProducerGroup::Poll(std::chrono::nanoseconds timeout) {
  const std::size_t clients = polled_clients_.size();
  for (bool waited = false;; waited = true) {
    for (std::size_t tried = 0; tried < clients; ++tried) {
      const std::size_t client = polled_++ % clients;
      if (RdEvent event = polled_clients_[client]->Poll()) return {std::move(event), client};
    }
    if (waited) return {};
    pollfd wait{wake_, POLLIN, 0};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
    const timespec limit{seconds.count(), (timeout - seconds).count()};
    if (ppoll(&wait, 1, &limit, nullptr) <= 0) return {};
    std::uint64_t count = 0;
    static_cast<void>(!read(wake_, &count, sizeof count));
  }
}

void ProducerGroup::WakePoll() { static_cast<void>(!write(wake_, &kOne, sizeof kOne)); }

void ProducerGroup::Flush(std::chrono::milliseconds timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  const Clients clients = All();
  for (std::size_t i = 0; i < clients.size(); ++i) {  // a stuck client leaves time for the others
    const int part = LeftUntil(until) / static_cast<int>(clients.size() - i);
    rd_kafka_flush(clients[i]->handle(), part);
  }
}

void ProducerGroup::SetCredentials(SaslCredentials credentials) {
  const MutexLock lock(mutex_);
  credentials_ = std::move(credentials);
  for (const auto& client : clients_) client->SetCredentials(*credentials_);
}

void ProducerGroup::Purge() {
  for (const auto& client : All()) {
    rd_kafka_purge(client->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void ProducerGroup::PurgeQueued() {
  for (const auto& client : All()) {
    rd_kafka_purge(client->handle(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
  }
}

}  // namespace gateway
