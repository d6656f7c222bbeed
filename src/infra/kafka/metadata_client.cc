#include "kafka/metadata_client.h"

#include <algorithm>
#include <utility>

#include "kafka/kafka_conf.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// A look-up is a row of shorter ones, so that Cancel is noticed; the connection goes on being made
// between them.
constexpr milliseconds kSlice{1'000};
// A first record waits so long at most for what it can do without.
constexpr milliseconds kMinInSyncTimeout{250};

}  // namespace

rd_kafka_t* MetadataClient::Instance() {
  if (client_ != nullptr && names_ < options_.names_per_instance) return client_.get();
  known_.clear();
  client_.reset();
  names_ = 0;
  Result<RdConf, std::string> conf = make_conf_();
  if (!conf.ok()) return nullptr;
  Result<RdClient, std::string> made = MakeKafkaClient(std::move(conf).value());
  if (made.ok()) client_ = std::move(made).value();
  return client_.get();
}

TopicLookup::Reply MetadataClient::ReplyOf(const rd_kafka_metadata_topic_t& topic) const {
  // A partition without a leader is one to wait for.
  if (topic.partition_cnt > 0 && topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
      topic.err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    Reply found{Answer::kFound, {}};
    found.layout.leaders.assign(static_cast<std::size_t>(topic.partition_cnt), kNoLeader);
    for (int i = 0; i < topic.partition_cnt; ++i) {
      const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
      if (partition.id < 0 || partition.id >= topic.partition_cnt) continue;
      found.layout.leaders[static_cast<std::size_t>(partition.id)] = partition.leader;
    }
    min_in_sync_.Apply(topic, &found.layout);
    return found;
  }
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return {Answer::kForbidden, {}};
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) return {Answer::kIllegalName, {}};
  return {Answer::kNotFound, {}};
}

std::vector<TopicLookup::Reply> MetadataClient::RepliesOf(rd_kafka_t* client,
                                                          const rd_kafka_metadata_t& metadata,
                                                          const std::vector<std::string>& names) {
  if (options_.min_in_sync) min_in_sync_.Learn(client, metadata, kMinInSyncTimeout);
  std::unordered_map<std::string_view, const rd_kafka_metadata_topic_t*> by_name;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    by_name[metadata.topics[i].topic] = &metadata.topics[i];
  }
  std::vector<Reply> replies;
  replies.reserve(names.size());
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    replies.push_back(found == by_name.end() ? Reply{} : ReplyOf(*found->second));
  }
  return replies;
}

// With handles of its own librdkafka asks for exactly those names, and for the topics that it knows
// already; one name is asked for alone. It never has them created.
TopicLookup::Replies MetadataClient::Find(const std::vector<std::string>& names) {
  rd_kafka_t* const client = Instance();
  if (client == nullptr) return std::nullopt;
  names_ += names.size();
  std::vector<RdTopic> handles;
  std::vector<std::size_t> illegal;
  for (std::size_t i = 0; i < names.size(); ++i) {
    handles.emplace_back(rd_kafka_topic_new(client, names[i].c_str(), nullptr));
    if (handles.back() == nullptr) illegal.push_back(i);
  }
  rd_kafka_topic_t* const only = names.size() == 1 ? handles.front().get() : nullptr;
  const SteadyClock::time_point end = SteadyClock::now() + options_.timeout;
  while (!cancelled_.load(std::memory_order_relaxed)) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - SteadyClock::now());
    if (left <= milliseconds(0)) break;
    const RdMetadata metadata = Ask(client, only, std::min(left, kSlice));
    if (metadata == nullptr) continue;
    std::vector<Reply> replies = RepliesOf(client, *metadata, names);
    for (const std::size_t i : illegal) replies[i] = {Answer::kIllegalName, {}};
    return replies;
  }
  return std::nullopt;
}

TopicLookup::Replies MetadataClient::Refresh(const std::vector<std::string>& topics) {
  rd_kafka_t* const client = Instance();
  if (client == nullptr || topics.empty()) return std::nullopt;
  for (const std::string& name : topics) {
    RdTopic& handle = known_[name];
    if (handle == nullptr) handle.reset(rd_kafka_topic_new(client, name.c_str(), nullptr));
  }
  if (cancelled_.load(std::memory_order_relaxed)) return std::nullopt;
  const RdMetadata metadata = Ask(client, nullptr, kSlice);
  if (metadata == nullptr) return std::nullopt;
  return RepliesOf(client, *metadata, topics);
}

RdMetadata MetadataClient::Ask(rd_kafka_t* client, rd_kafka_topic_t* topic, milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 0, topic, &raw, static_cast<int>(timeout.count()));
  RdMetadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  return metadata;
}

bool MetadataClient::BrokerAnswers(milliseconds timeout) {
  rd_kafka_t* client = Instance();
  if (client == nullptr) return false;
  // Asked before any topic: the request names none, so it cannot create one either.
  const RdMetadata metadata = Ask(client, nullptr, timeout);
  return metadata != nullptr && metadata->broker_cnt > 0;
}

}  // namespace gateway
