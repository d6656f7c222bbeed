#include "infra/kafka/metadata/rdkafka_metadata.h"

#include <string_view>
#include <utility>

namespace gateway {
namespace {

using std::chrono::milliseconds;

// The timeout of a refresh. Short, because the next refresh comes soon.
constexpr milliseconds kRefreshTimeout{1'000};
// How long a look-up waits for min.insync.replicas, which is useful but not essential.
constexpr milliseconds kMinIsrTimeout{250};

}  // namespace

RdkafkaMetadata::RdkafkaMetadata(const MetadataClient::MakeConf& make_conf, Options options,
                                 const Clock& clock)
    : options_(options),
      looking_up_(make_conf, clock),
      refreshing_(make_conf, clock),
      min_isr_(clock) {}

void RdkafkaMetadata::Renew() {
  looking_up_.client.Renew();
  refreshing_.client.Renew();
}

void RdkafkaMetadata::SetCredentials(const SaslCredentials& credentials) {
  looking_up_.client.SetCredentials(credentials);
  refreshing_.client.SetCredentials(credentials);
}

void RdkafkaMetadata::Cancel() {
  looking_up_.client.Cancel();
  refreshing_.client.Cancel();
}

rd_kafka_t* RdkafkaMetadata::HandleOf(Client* client, std::size_t most_names) {
  const bool outdated = client->client.TakeOutdated();
  if (outdated || client->names >= most_names) {
    client->topics.clear();
    client->client.Discard();
    client->names = 0;
  }
  return client->client.Handle();
}

MetadataSource::Reply RdkafkaMetadata::ReplyOf(const rd_kafka_metadata_topic_t& topic) const {
  // Partitions without a leader count too: their records wait for one.
  if (topic.partition_cnt > 0 && topic.err != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
      topic.err != RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) {
    Reply found{Answer::kFound, {}};
    found.layout.leaders.assign(static_cast<std::size_t>(topic.partition_cnt),
                                PartitionLeader::None());
    for (int i = 0; i < topic.partition_cnt; ++i) {
      const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
      if (partition.id < 0 || partition.id >= topic.partition_cnt) continue;
      if (partition.leader < 0) continue;  // none is elected
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
  if (options_.min_in_sync) {
    min_isr_.Refresh(topics, [client](const std::vector<std::string>& unknown) {
      return DescribeMinIsrs(client, unknown, kMinIsrTimeout);
    });
  }
  std::vector<Reply> replies;
  for (const rd_kafka_metadata_topic_t* const topic : topics) {
    replies.push_back(topic == nullptr ? Reply{Answer::kUnavailable, {}} : ReplyOf(*topic));
  }
  return replies;
}

// librdkafka requests the topics of which it has handles, and those that it remembers from earlier
// look-ups; it requests a single name separately. It never creates topics.
MetadataSource::Replies RdkafkaMetadata::Lookup(const std::vector<std::string>& names) {
  rd_kafka_t* const client = HandleOf(&looking_up_, options_.names_per_client);
  if (client == nullptr) return std::nullopt;
  looking_up_.names += names.size();
  std::vector<RdTopic> handles;
  for (const std::string& name : names) {
    RdTopic handle(rd_kafka_topic_new(client, name.c_str(), nullptr));
    if (handle != nullptr) handles.push_back(std::move(handle));
  }
  // Without a handle, the request would be for all topics of the cluster.
  if (handles.empty()) return std::vector<Reply>(names.size(), {Answer::kIllegalName, {}});
  rd_kafka_topic_t* const only = names.size() == 1 ? handles.front().get() : nullptr;
  const RdMetadata metadata = looking_up_.client.Ask(only, options_.timeout);
  if (metadata == nullptr) return std::nullopt;
  return RepliesOf(client, *metadata, names);
}

MetadataSource::Replies RdkafkaMetadata::Refresh(const std::vector<std::string>& topics) {
  if (topics.empty()) return std::nullopt;
  rd_kafka_t* const client = HandleOf(&refreshing_, 2 * topics.size() + options_.names_per_client);
  if (client == nullptr) return std::nullopt;
  for (const std::string& name : topics) {
    RdTopic& handle = refreshing_.topics[name];
    if (handle != nullptr) continue;
    handle.reset(rd_kafka_topic_new(client, name.c_str(), nullptr));
    ++refreshing_.names;
  }
  const RdMetadata metadata = refreshing_.client.Ask(nullptr, kRefreshTimeout);
  if (metadata == nullptr) return std::nullopt;
  return RepliesOf(client, *metadata, topics);
}

bool RdkafkaMetadata::BrokerAnswers(milliseconds timeout) {
  if (HandleOf(&looking_up_, options_.names_per_client) == nullptr) return false;
  // Before any look-up the request names no topic, so it cannot create one either.
  return looking_up_.client.Ask(nullptr, timeout) != nullptr;
}

}  // namespace gateway
