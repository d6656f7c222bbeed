// Caches min.insync.replicas per topic, the number of in-sync replicas that acks=all requires. It
// is requested only where it could matter, because a replica is missing, and cached for a minute.
// Without permission to describe topics there is no answer, and nothing is assumed. Owned by
// RdkafkaMetadata; one thread, which it blocks.
#ifndef GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_
#define GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "infra/kafka/types/topic_layout.h"

namespace gateway {

class MinIsrCache final {
 public:
  // Replaces each leader in `layout` that would reject acks=all by kTooFewReplicas, as far as that
  // is cached. `layout` describes `topic`.
  void MarkUnderReplicated(const rd_kafka_metadata_topic_t& topic, TopicLayout* layout) const;
  // Requests the setting of those `topics` that may miss replicas and are not cached; at most 100
  // per call, and waits at most `timeout`. Makes no request for ten seconds after one without an
  // answer.
  using Topics = std::vector<const rd_kafka_metadata_topic_t*>;  // null: nothing to request
  void Refresh(rd_kafka_t* client, const Topics& topics, std::chrono::milliseconds timeout);

 private:
  using Clock = std::chrono::steady_clock;
  struct Known {
    int replicas = 1;
    Clock::time_point until;
  };
  std::vector<std::string> Unknown(const Topics& topics) const;
  void Remember(const std::string& topic, int replicas);

  std::unordered_map<std::string, Known> known_;
  Clock::time_point silent_until_{};  // the last request had no answer
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_
