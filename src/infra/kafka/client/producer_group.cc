#include "infra/kafka/client/producer_group.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

// Below this size of the value a copy is cheaper than letting librdkafka reference the body.
constexpr std::size_t kCopyBelow = 2'048;
constexpr std::uint64_t kOne = 1;  // what librdkafka writes to the eventfd

struct Bytes {
  const void* data;
  std::size_t size;
};

// librdkafka tells null from empty by the pointer, and an empty string_view may have none.
Bytes BytesOf(const std::optional<std::string_view>& bytes) {
  if (!bytes) return {nullptr, 0};
  return {bytes->empty() ? "" : bytes->data(), bytes->size()};
}

int LeftUntil(std::chrono::steady_clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

RdHeaders HeadersOf(const Record& record) {
  if (record.headers.empty()) return nullptr;
  RdHeaders headers(rd_kafka_headers_new(record.headers.size()));
  for (const Header& header : record.headers) {
    const Bytes value = BytesOf(header.value);
    rd_kafka_header_add(headers.get(), header.name.empty() ? "" : header.name.data(),
                        static_cast<ssize_t>(header.name.size()), value.data,
                        static_cast<ssize_t>(value.size));
  }
  return headers;
}

}  // namespace

Result<std::shared_ptr<ProducerGroup>, std::string> ProducerGroup::Create(const MakeConf& make_conf,
                                                                          std::size_t clients) {
  std::vector<RdClient> made;
  while (made.size() < clients) {
    Result<RdConf, std::string> conf = make_conf();
    if (!conf.ok()) return std::move(conf).error();
    Result<RdClient, std::string> client = MakeKafkaClient(std::move(conf).value());
    if (!client.ok()) return "Kafka: librdkafka cannot start: " + client.error() + ".";
    made.push_back(std::move(client).value());
  }
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (wake < 0) return std::string("Kafka: librdkafka cannot start: no file descriptor is left.");
  return std::shared_ptr<ProducerGroup>(new ProducerGroup(std::move(made), wake));
}

ProducerGroup::ProducerGroup(std::vector<RdClient> clients, int wake)
    : wake_(wake), used_(clients.size()) {
  for (RdClient& handle : clients) {
    RdQueue queue(rd_kafka_queue_get_main(handle.get()));
    rd_kafka_set_log_queue(handle.get(), queue.get());
    rd_kafka_queue_io_event_enable(queue.get(), wake_, &kOne, sizeof kOne);
    clients_.push_back({std::move(handle), std::move(queue)});
  }
}

// Topics must be destroyed before clients, and both before the eventfd.
ProducerGroup::~ProducerGroup() {
  for (const auto& topic : topics_) {
    for (const auto& handle : topic->handles) {
      if (handle.load() != nullptr) rd_kafka_topic_destroy(handle.load());
    }
  }
  for (const Client& client : clients_) {
    rd_kafka_queue_io_event_enable(client.queue.get(), -1, nullptr, 0);
  }
  clients_.clear();
  close(wake_);
}

KafkaTopic* ProducerGroup::OpenTopic(const std::string& name) {
  auto topic = std::make_unique<KafkaTopic>(name, clients());
  KafkaTopic* const opened = topic.get();
  {
    const MutexLock lock(topics_mutex_);
    topics_.push_back(std::move(topic));
  }
  return HandleOf(0, *opened) == nullptr ? nullptr : opened;
}

rd_kafka_topic_t* ProducerGroup::HandleOf(std::size_t client, KafkaTopic& topic) {
  std::atomic<rd_kafka_topic_t*>& handle = topic.handles[client];
  if (rd_kafka_topic_t* const known = handle.load(std::memory_order_acquire)) return known;
  const MutexLock lock(topics_mutex_);
  if (handle.load() == nullptr) {
    handle.store(rd_kafka_topic_new(clients_[client].handle.get(), topic.name.c_str(), nullptr));
    used_[client].store(true);
  }
  return handle.load();
}

bool ProducerGroup::GrowTopic(KafkaTopic* topic, Partition partitions,
                              std::chrono::milliseconds timeout) {
  bool all = true;
  const auto until = std::chrono::steady_clock::now() + timeout;
  for (std::size_t i = 0; i < clients(); ++i) {
    rd_kafka_topic_t* const handle = topic->handles[i].load();
    if (handle == nullptr) continue;
    const rd_kafka_metadata_t* raw = nullptr;
    rd_kafka_metadata(clients_[i].handle.get(), 0, handle, &raw, LeftUntil(until));
    const RdMetadata metadata(raw);  // librdkafka has stored it; null if no broker answered
    all = all && metadata != nullptr && metadata->topic_cnt == 1 &&
          metadata->topics[0].partition_cnt >= partitions;
  }
  return all;
}

rd_kafka_resp_err_t ProducerGroup::Produce(std::size_t client, KafkaTopic& topic,
                                           Partition partition, PendingRecord* pending) {
  rd_kafka_topic_t* const handle = HandleOf(client, topic);
  if (handle == nullptr) return RD_KAFKA_RESP_ERR__INVALID_ARG;
  const Record& record = pending->record();
  const Bytes key = BytesOf(record.key);
  const Bytes value = BytesOf(record.value);
  RdHeaders headers = HeadersOf(record);
  const int flags = value.size < kCopyBelow ? RD_KAFKA_MSG_F_COPY : 0;
  // The macros RD_KAFKA_V_... are these tags with old-style casts. Each argument has the very type
  // that the tag asks for.
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      clients_[client].handle.get(), RD_KAFKA_VTYPE_RKT, handle, RD_KAFKA_VTYPE_PARTITION,
      static_cast<std::int32_t>(partition), RD_KAFKA_VTYPE_MSGFLAGS, flags, RD_KAFKA_VTYPE_VALUE,
      value.data, value.size, RD_KAFKA_VTYPE_KEY, key.data, key.size, RD_KAFKA_VTYPE_TIMESTAMP,
      static_cast<std::int64_t>(record.timestamp.value_or(0)), RD_KAFKA_VTYPE_OPAQUE,
      static_cast<void*>(pending), RD_KAFKA_VTYPE_HEADERS, headers.get(), RD_KAFKA_VTYPE_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) (void)headers.release();  // librdkafka's now
  return error;
}

// librdkafka writes to the eventfd when an empty queue gets an event, so poll every queue until all
// are empty before blocking; start with a different client each time for fairness.
ProducerGroup::Polled ProducerGroup::Poll(std::chrono::nanoseconds timeout) {
  for (bool waited = false;; waited = true) {
    for (std::size_t tried = 0; tried < clients(); ++tried) {
      const std::size_t client = polled_++ % clients();
      RdEvent event(rd_kafka_queue_poll(clients_[client].queue.get(), 0));
      if (event) return {std::move(event), client};
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
  for (std::size_t i = 0; i < clients(); ++i) {  // a stuck client leaves time for the others
    const int part = LeftUntil(until) / static_cast<int>(clients() - i);
    rd_kafka_flush(clients_[i].handle.get(), part);
  }
}

void ProducerGroup::Purge() {
  for (const Client& client : clients_) {
    rd_kafka_purge(client.handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  }
}

void ProducerGroup::PurgeQueued() {
  for (const Client& client : clients_) {
    rd_kafka_purge(client.handle.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_NON_BLOCKING);
  }
}

}  // namespace gateway
