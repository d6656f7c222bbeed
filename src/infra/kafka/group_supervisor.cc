#include "infra/kafka/group_supervisor.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/client/error_codes.h"

namespace gateway {

GroupSupervisor::GroupSupervisor(std::shared_ptr<ProducerGroup> first, MakeGroup make_group,
                                 ClusterStatusTracker& status, Logger& logger)
    : make_group_(std::move(make_group)),
      status_(status),
      logger_(logger),
      group_(std::move(first)) {}

std::shared_ptr<ProducerGroup> GroupSupervisor::GroupFor(const std::string& topic) const {
  const MutexLock lock(mutex_);
  return topics_.contains(topic) ? group_ : nullptr;
}

std::optional<BatchRefusal> GroupSupervisor::Produce(std::size_t producer, const std::string& topic,
                                                     Partition partition, RecordQueue* records) {
  const auto group = GroupFor(topic);
  if (!group) return BatchRefusal{true, {}};
  const auto client = group->client(producer);
  rd_kafka_topic_t* const handle = client ? client->Topic(topic) : nullptr;
  if (handle == nullptr) return BatchRefusal{true, {}};
  const auto count = static_cast<std::int64_t>(records->size());
  in_librdkafka_.fetch_add(count, std::memory_order_relaxed);
  while (PendingRecord* const record = records->Pop()) {
    const rd_kafka_resp_err_t code = client->Produce(handle, partition, record);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) continue;  // `record` may be gone
    records->PushFront(record);
    in_librdkafka_.fetch_sub(static_cast<std::int64_t>(records->size()), std::memory_order_relaxed);
    if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL || code == RD_KAFKA_RESP_ERR__FATAL) {
      return BatchRefusal{true, {}};
    }
    unknown_partition_.store(true);
    return BatchRefusal{false, SynchronousError(code, record->record(), status_.Connectivity())};
  }
  return std::nullopt;
}

bool GroupSupervisor::Open(const std::string& topic) {
  const MutexLock lock(mutex_);
  // While there is no group, the next one opens the topic.
  if (group_ && group_->client(0)->Topic(topic) == nullptr) return false;
  topics_.insert(topic);
  return true;
}

bool GroupSupervisor::Grow(const std::string& topic, Partition partitions,
                           std::chrono::milliseconds timeout) {
  const auto group = GroupFor(topic);
  return !group || group->GrowTopic(topic, partitions, timeout);
}

std::shared_ptr<ProducerGroup> GroupSupervisor::current() const {
  const MutexLock lock(mutex_);
  return group_;
}

void GroupSupervisor::WakePoll() {
  if (const auto group = current()) group->WakePoll();
}

void GroupSupervisor::Flush(std::chrono::milliseconds timeout) {
  if (const auto group = current()) group->Flush(timeout);
}

void GroupSupervisor::Purge() {
  if (const auto group = current()) group->Purge();
}

void GroupSupervisor::SetCredentials(SaslCredentials credentials) {
  const MutexLock lock(mutex_);
  credentials_ = std::move(credentials);
  if (group_) group_->SetCredentials(*credentials_);
}

void GroupSupervisor::Retire(RetireReason reason) {
  const MutexLock lock(mutex_);
  group_.reset();
  reason_ = reason;
  if (reason == RetireReason::kRenewal) {
    status_.OnRenewal();
  } else {
    status_.OnFatal();
  }
}

// The order matters: after Retire no call of Produce begins, so once all calls have ended, the
// count only falls. The last calls may have handed records to a working client.
bool GroupSupervisor::MayDestroy(const std::shared_ptr<ProducerGroup>& group) const {
  if (group.use_count() != 1) return false;
  std::atomic_thread_fence(std::memory_order_acquire);
  return in_librdkafka_.load(std::memory_order_acquire) == 0;
}

std::shared_ptr<ProducerGroup> GroupSupervisor::Replace() {
  auto made = make_group_();
  if (!made.ok()) {
    logger_.Log(LogLevel::kCritical, "kafka-cannot-start",
                "No new Kafka producer can be started. " + made.error());
    status_.OnFatal();
    return nullptr;
  }
  std::shared_ptr<ProducerGroup> group = std::move(made).value();
  RetireReason reason{};
  {
    const MutexLock lock(mutex_);
    reason = reason_;
    for (const std::string& topic : topics_) group->client(0)->Topic(topic);
    if (credentials_) group->SetCredentials(*credentials_);
    group_ = group;
    status_.OnReplaced();
  }
  if (reason == RetireReason::kRenewal) {
    logger_.Log(LogLevel::kInformation, "kafka-renewed",
                "A new Kafka producer uses the new certificates.");
  } else {
    replacements_.fetch_add(1, std::memory_order_relaxed);
    logger_.Log(LogLevel::kInformation, "kafka-replaced", "A new Kafka producer has been started.");
  }
  return group;
}

}  // namespace gateway
