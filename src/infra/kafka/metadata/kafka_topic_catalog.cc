#include "infra/kafka/metadata/kafka_topic_catalog.h"

#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace gateway {
namespace {

// Why a caller gets no topics.
enum class Refusal { kStopped, kTooManyCallers, kNoAnswer };

Error ErrorOf(Refusal refusal) {
  switch (refusal) {
    case Refusal::kStopped:
      return Error(ErrorCode::kDraining, "The gateway is shutting down.");
    case Refusal::kTooManyCallers:
      return Error(ErrorCode::kOverloaded,
                   "Too many requests wait for the topics of the cluster. Try again later.");
    case Refusal::kNoAnswer:
      break;
  }
  return Error(ErrorCode::kBrokersUnavailable,
               "No broker listed the topics of the cluster in time. Try again later.");
}

std::vector<BrokerId> BrokersOf(const std::int32_t* ids, int count) {
  return count > 0 ? std::vector<BrokerId>(ids, ids + count) : std::vector<BrokerId>();
}

TopicInfo InfoOf(const rd_kafka_metadata_topic_t& topic) {
  TopicInfo info;
  info.name = topic.topic;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& from = topic.partitions[i];
    PartitionInfo& partition = info.partitions.emplace_back();
    partition.partition = from.id;
    if (from.leader >= 0) partition.leader = from.leader;
    partition.replicas = BrokersOf(from.replicas, from.replica_cnt);
    partition.in_sync = BrokersOf(from.isrs, from.isr_cnt);
  }
  std::sort(
      info.partitions.begin(), info.partitions.end(),
      [](const PartitionInfo& a, const PartitionInfo& b) { return a.partition < b.partition; });
  return info;
}

TopicCatalog::Topics TopicsOf(const rd_kafka_metadata_t& metadata) {
  std::vector<TopicInfo> topics;
  topics.reserve(static_cast<std::size_t>(std::max(0, metadata.topic_cnt)));
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    // A topic without partitions is being created or deleted.
    if (metadata.topics[i].partition_cnt > 0) topics.push_back(InfoOf(metadata.topics[i]));
  }
  std::sort(topics.begin(), topics.end(),
            [](const TopicInfo& a, const TopicInfo& b) { return a.name < b.name; });
  return std::make_shared<const std::vector<TopicInfo>>(std::move(topics));
}

}  // namespace

KafkaTopicCatalog::KafkaTopicCatalog(MetadataClient::MakeConf make_conf, Options options,
                                     const Clock& clock)
    : options_(options),
      clock_(clock),
      client_(std::move(make_conf), clock),
      thread_([this] { Run(); }) {}

KafkaTopicCatalog::~KafkaTopicCatalog() {
  client_.Cancel();
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    wake_.NotifyAll();
  }
  thread_.join();
}

void KafkaTopicCatalog::List(Callback done) {
  Topics fresh;
  Refusal refusal = Refusal::kTooManyCallers;
  {
    const MutexLock lock(mutex_);
    if (known_ && clock_.Now() < fresh_until_) {
      fresh = known_;
    } else if (stopped_) {
      refusal = Refusal::kStopped;
    } else if (waiting_.size() < options_.max_waiting) {
      waiting_.push_back(std::move(done));
      wake_.NotifyOne();
      return;
    }
  }
  if (fresh) return done(std::move(fresh));
  done(ErrorOf(refusal));
}

void KafkaTopicCatalog::Run() {
  pthread_setname_np(pthread_self(), "kafka-catalog");
  MutexLock lock(mutex_);
  while (true) {
    while (waiting_.empty() && !stopped_) wake_.Wait(mutex_);
    if (waiting_.empty()) return;
    lock.Unlock();
    const Result<Topics> answer = Ask();
    lock.Lock();
    if (answer.ok()) {
      known_ = answer.value();
      fresh_until_ = clock_.Now() + options_.fresh_for;
    }
    // Callers that came during the request get its answer, too.
    const std::vector<Callback> callers = std::exchange(waiting_, {});
    lock.Unlock();
    for (const Callback& done : callers) done(answer);
    lock.Lock();
  }
}

Result<TopicCatalog::Topics> KafkaTopicCatalog::Ask() {
  if (client_.TakeOutdated()) client_.Discard();
  if (const RdMetadata metadata = client_.AskForAll(options_.timeout)) return TopicsOf(*metadata);
  return ErrorOf(client_.cancelled() ? Refusal::kStopped : Refusal::kNoAnswer);
}

}  // namespace gateway
