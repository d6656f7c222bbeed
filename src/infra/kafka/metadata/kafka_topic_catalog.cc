#include "infra/kafka/metadata/kafka_topic_catalog.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

// A look-up consists of several short ones, so that the end is noticed.
constexpr milliseconds kSlice{500};

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

KafkaTopicCatalog::KafkaTopicCatalog(MakeConf make_conf, Options options)
    : make_conf_(std::move(make_conf)), options_(options), thread_([this] { Run(); }) {}

KafkaTopicCatalog::~KafkaTopicCatalog() {
  {
    const std::lock_guard lock(mutex_);
    stopped_.store(true);
    wake_.notify_all();
  }
  thread_.join();
}

void KafkaTopicCatalog::List(Callback done) {
  Topics fresh;
  ErrorCode refused = ErrorCode::kOverloaded;
  {
    const std::lock_guard lock(mutex_);
    if (known_ && Clock::now() < fresh_until_) {
      fresh = known_;
    } else if (stopped_.load()) {
      refused = ErrorCode::kDraining;
    } else if (waiting_.size() < options_.max_waiting) {
      waiting_.push_back(std::move(done));
      wake_.notify_one();
      return;
    }
  }
  if (fresh) return done(std::move(fresh));
  done(Error(refused, refused == ErrorCode::kDraining
                          ? "The gateway is shutting down."
                          : "Too many requests wait for the topics of the cluster."));
}

void KafkaTopicCatalog::Run() {
  pthread_setname_np(pthread_self(), "kafka-catalog");
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopped_.load() || !waiting_.empty(); });
    if (waiting_.empty()) return;
    lock.unlock();
    const Result<Topics> answer = Ask();
    lock.lock();
    if (answer.ok()) {
      known_ = answer.value();
      fresh_until_ = Clock::now() + options_.fresh_for;
    }
    // Includes callers that arrived during the request: the answer is as new as possible.
    const std::vector<Callback> callers = std::exchange(waiting_, {});
    lock.unlock();
    for (const Callback& done : callers) done(answer);
    lock.lock();
  }
}

Result<TopicCatalog::Topics> KafkaTopicCatalog::Ask() {
  rd_kafka_t* const client = Instance();
  const Clock::time_point end = Clock::now() + options_.timeout;
  while (client != nullptr && !stopped_.load()) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left <= milliseconds(0)) break;
    const rd_kafka_metadata_t* raw = nullptr;
    const auto timeout = static_cast<int>(std::min(left, kSlice).count());
    const rd_kafka_resp_err_t error = rd_kafka_metadata(client, 1, nullptr, &raw, timeout);
    const RdMetadata metadata(raw);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR && metadata != nullptr) return TopicsOf(*metadata);
  }
  if (stopped_.load()) return Error(ErrorCode::kDraining, "The gateway is shutting down.");
  return Error(ErrorCode::kBrokersUnavailable,
               "No broker told the topics of the cluster in time. Try again later.");
}

rd_kafka_t* KafkaTopicCatalog::Instance() {
  if (client_ != nullptr) return client_.get();
  Result<RdConf, std::string> conf = make_conf_();
  if (!conf.ok()) return nullptr;
  Result<RdClient, std::string> made = MakeKafkaClient(std::move(conf).value());
  if (made.ok()) client_ = std::move(made).value();
  return client_.get();
}

}  // namespace gateway
