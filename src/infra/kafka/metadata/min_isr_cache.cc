#include "infra/kafka/metadata/min_isr_cache.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "infra/kafka/client/handles.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxRemembered = 10'000;

bool HasReplicaOutOfSync(const rd_kafka_metadata_topic_t& topic) {
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
    if (partition.isr_cnt < partition.replica_cnt) return true;
  }
  return false;
}

int MinIsrOf(const rd_kafka_ConfigResource_t* resource) {
  std::size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(resource, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::strcmp(rd_kafka_ConfigEntry_name(entries[i]), "min.insync.replicas") != 0) continue;
    const char* const text = rd_kafka_ConfigEntry_value(entries[i]);
    int value = 1;
    if (text != nullptr) std::from_chars(text, text + std::strlen(text), value);
    return value;
  }
  return 1;
}

}  // namespace

void MinIsrCache::MarkUnderReplicated(const rd_kafka_metadata_topic_t& topic,
                                      TopicLayout* layout) const {
  const auto found = known_.find(topic.topic);
  if (found == known_.end()) return;
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
    const auto number = static_cast<std::size_t>(partition.id);
    if (partition.id < 0 || number >= layout->leaders.size()) continue;
    PartitionLeader& leader = layout->leaders[number];
    // Since Kafka 3.7 a topic with fewer replicas than min.insync.replicas needs all of them.
    const int wanted = std::min(found->second.min_isr, partition.replica_cnt);
    if (leader.is_broker() && partition.isr_cnt < wanted) {
      leader = PartitionLeader::TooFewReplicas();
    }
  }
}

std::vector<std::string> MinIsrCache::Unknown(const Topics& topics) const {
  const Clock::TimePoint now = clock_.Now();
  std::vector<std::string> names;
  for (const rd_kafka_metadata_topic_t* const topic : topics) {
    if (topic == nullptr || !HasReplicaOutOfSync(*topic)) continue;
    const auto found = known_.find(topic->topic);
    if (found == known_.end() || found->second.until <= now) names.emplace_back(topic->topic);
    if (names.size() == kTopicsPerRequest) break;
  }
  return names;
}

void MinIsrCache::Refresh(const Topics& topics, const Describe& describe) {
  const std::vector<std::string> names = Unknown(topics);
  if (names.empty() || clock_.Now() < paused_until_) return;
  const std::optional<MinIsrs> described = describe(names);
  const Clock::TimePoint now = clock_.Now();
  if (!described) paused_until_ = now + kPause;  // there may be no controller
  if (known_.size() + names.size() > kMaxRemembered) known_.clear();
  for (const std::string& name : names) {
    // Topics that the cluster does not describe are not requested again at once either; their last
    // known value stays.
    Known& known = known_[name];
    known.until = now + kRemembered;
    if (!described) continue;
    if (const auto found = described->find(name); found != described->end()) {
      known.min_isr = found->second;
    }
  }
}

std::optional<MinIsrCache::MinIsrs> DescribeMinIsrs(rd_kafka_t* client,
                                                    const std::vector<std::string>& topics,
                                                    std::chrono::milliseconds timeout) {
  std::vector<RdConfigResource> resources;
  std::vector<rd_kafka_ConfigResource_t*> raw;
  for (const std::string& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    raw.push_back(resources.back().get());
  }
  const auto wait = static_cast<int>(timeout.count());
  const RdAdminOptions options(
      rd_kafka_AdminOptions_new(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS));
  rd_kafka_AdminOptions_set_request_timeout(options.get(), wait, nullptr, 0);
  const RdQueue queue(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, raw.data(), raw.size(), options.get(), queue.get());
  const RdEvent event(rd_kafka_queue_poll(queue.get(), wait));
  const auto* const result =
      event == nullptr ? nullptr : rd_kafka_event_DescribeConfigs_result(event.get());
  if (result == nullptr) return std::nullopt;
  std::size_t count = 0;
  const rd_kafka_ConfigResource_t** answers =
      rd_kafka_DescribeConfigs_result_resources(result, &count);
  MinIsrCache::MinIsrs described;
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigResource_error(answers[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    described[rd_kafka_ConfigResource_name(answers[i])] = MinIsrOf(answers[i]);
  }
  return described;
}

}  // namespace gateway
