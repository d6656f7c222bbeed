// How many replicas of a topic must be in sync for acks=all (min.insync.replicas). The cache asks
// the cluster only for topics with a replica out of sync, and remembers each answer for a minute.
// If the cluster does not allow the gateway to describe a topic, the cache assumes nothing about
// it. Owned by RdkafkaMetadata; one thread.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_
#define GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_

#include <librdkafka/rdkafka.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

class MinIsrCache final {
 public:
  static constexpr std::chrono::minutes kRemembered{1};
  // The pause after a request without an answer, so that not every look-up waits for one.
  static constexpr std::chrono::seconds kPause{10};
  static constexpr std::size_t kTopicsPerRequest = 100;

  // Asks the cluster for min.insync.replicas of `topics`. The answer leaves out those that the
  // cluster does not describe; absent: no broker answered.
  using MinIsrs = std::unordered_map<std::string, int>;
  using Describe = std::function<std::optional<MinIsrs>(const std::vector<std::string>& topics)>;

  // `clock` must outlive the cache.
  explicit MinIsrCache(const Clock& clock) : clock_(clock) {}

  // Replaces by kTooFewReplicas each leader in `layout`, made from `topic`, that would refuse
  // acks=all as far as the cache knows.
  void MarkUnderReplicated(const rd_kafka_metadata_topic_t& topic, TopicLayout* layout) const;

  // Asks `describe`, which may block, for those of `topics` that have a replica out of sync and are
  // not remembered; at most kTopicsPerRequest per call.
  using Topics = std::vector<const rd_kafka_metadata_topic_t*>;  // null: nothing to ask for
  void Refresh(const Topics& topics, const Describe& describe);

 private:
  struct Known {
    int min_isr = 1;
    Clock::TimePoint until;
  };
  std::vector<std::string> Unknown(const Topics& topics) const;

  const Clock& clock_;
  std::unordered_map<std::string, Known> known_;
  Clock::TimePoint paused_until_{};
};

// A MinIsrCache::Describe on librdkafka's DescribeConfigs; blocks for at most `timeout`.
std::optional<MinIsrCache::MinIsrs> DescribeMinIsrs(rd_kafka_t* client,
                                                    const std::vector<std::string>& topics,
                                                    std::chrono::milliseconds timeout);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_
