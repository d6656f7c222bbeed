#include "infra/kafka/metadata/rdkafka_metadata.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

// A look-up consists of several short ones, so that Cancel is noticed; connecting continues between
// them.
constexpr milliseconds kSlice{1'000};
// The longest that a topic's first record waits for optional information.
constexpr milliseconds kMinIsrTimeout{250};

}  // namespace

rd_kafka_t* RdkafkaMetadata::HandleOf(Client* client, std::size_t most_names) const {
  if (client->handle != nullptr && client->names < most_names) return client->handle.get();
  client->topics.clear();
  client->handle.reset();
  client->names = 0;
  Result<RdConf, std::string> conf = make_conf_();
  if (!conf.ok()) return nullptr;
  Result<RdClient, std::string> made = MakeKafkaClient(std::move(conf).value());
  if (made.ok()) client->handle = std::move(made).value();
  return client->handle.get();
}

MetadataSource::Reply RdkafkaMetadata::ReplyOf(const rd_kafka_metadata_topic_t& topic) const {
  // Records for a partition without a leader wait.
  if (topic.partition_cnt > 0 && topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
      topic.err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    Reply found{Answer::kFound, {}};
    found.layout.leaders.assign(static_cast<std::size_t>(topic.partition_cnt), kNoLeader);
    for (int i = 0; i < topic.partition_cnt; ++i) {
      const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
      if (partition.id < 0 || partition.id >= topic.partition_cnt) continue;
      found.layout.leaders[static_cast<std::size_t>(partition.id)] = partition.leader;
    }
    min_isr_.MarkUnderReplicated(topic, &found.layout);
    return found;
  }
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) return {Answer::kForbidden, {}};
  if (topic.err == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION) return {Answer::kIllegalName, {}};
  if (topic.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) return {Answer::kNotFound, {}};
  return {Answer::kUnavailable, {}};
}

std::vector<MetadataSource::Reply> RdkafkaMetadata::RepliesOf(
    rd_kafka_t* client, const rd_kafka_metadata_t& metadata,
    const std::vector<std::string>& names) {
  std::unordered_map<std::string_view, const rd_kafka_metadata_topic_t*> by_name;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    by_name[metadata.topics[i].topic] = &metadata.topics[i];
  }
  MinIsrCache::Topics topics;
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    topics.push_back(found == by_name.end() ? nullptr : found->second);
  }
  if (options_.min_in_sync) min_isr_.Refresh(client, topics, kMinIsrTimeout);
  std::vector<Reply> replies;
  for (const rd_kafka_metadata_topic_t* const topic : topics) {
    replies.push_back(topic == nullptr ? Reply{Answer::kUnavailable, {}} : ReplyOf(*topic));
  }
  return replies;
}

// With topic handles librdkafka requests exactly those names, and others that it still remembers; a
// single name is requested separately. It never creates topics.
MetadataSource::Replies RdkafkaMetadata::Lookup(const std::vector<std::string>& names) {
  rd_kafka_t* const client = HandleOf(&looking_up_, options_.names_per_instance);
  if (client == nullptr) return std::nullopt;
  looking_up_.names += names.size();
  std::vector<RdTopic> handles;
  for (const std::string& name : names) {
    RdTopic handle(rd_kafka_topic_new(client, name.c_str(), nullptr));
    if (handle != nullptr) handles.push_back(std::move(handle));
  }
  // A request without names would return all topics of the cluster.
  if (handles.empty()) return std::vector<Reply>(names.size(), {Answer::kIllegalName, {}});
  rd_kafka_topic_t* const only = names.size() == 1 ? handles.front().get() : nullptr;
  const SteadyClock::time_point end = SteadyClock::now() + options_.timeout;
  while (!cancelled_.load(std::memory_order_relaxed)) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - SteadyClock::now());
    if (left <= milliseconds(0)) break;
    if (const RdMetadata metadata = Ask(client, only, std::min(left, kSlice))) {
      return RepliesOf(client, *metadata, names);
    }
  }
  return std::nullopt;
}

MetadataSource::Replies RdkafkaMetadata::Refresh(const std::vector<std::string>& topics) {
  if (topics.empty()) return std::nullopt;
  rd_kafka_t* const client =
      HandleOf(&refreshing_, 2 * topics.size() + options_.names_per_instance);
  if (client == nullptr) return std::nullopt;
  for (const std::string& name : topics) {
    RdTopic& handle = refreshing_.topics[name];
    if (handle != nullptr) continue;
    handle.reset(rd_kafka_topic_new(client, name.c_str(), nullptr));
    ++refreshing_.names;
  }
  if (cancelled_.load(std::memory_order_relaxed)) return std::nullopt;
  const RdMetadata metadata = Ask(client, nullptr, kSlice);
  if (metadata == nullptr) return std::nullopt;
  return RepliesOf(client, *metadata, topics);
}

RdMetadata RdkafkaMetadata::Ask(rd_kafka_t* client, rd_kafka_topic_t* topic, milliseconds timeout) {
  const rd_kafka_metadata_t* raw = nullptr;
  const rd_kafka_resp_err_t error =
      rd_kafka_metadata(client, 0, topic, &raw, static_cast<int>(timeout.count()));
  RdMetadata metadata(raw);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return nullptr;
  // A broker that has just started and knows no broker, not even itself, knows no topics either.
  if (metadata->broker_cnt == 0) return nullptr;
  return metadata;
}

bool RdkafkaMetadata::BrokerAnswers(milliseconds timeout) {
  rd_kafka_t* const client = HandleOf(&looking_up_, options_.names_per_instance);
  if (client == nullptr) return false;
  // Called before any look-up: the request names no topic, so it cannot create one either.
  return Ask(client, nullptr, timeout) != nullptr;
}

}  // namespace gateway
