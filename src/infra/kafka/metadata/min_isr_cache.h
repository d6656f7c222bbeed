// How many replicas of a topic must be in sync for acks=all (min.insync.replicas): asked of the
// cluster where it could matter, because some replica is missing, and remembered for a minute.
// Without permission to describe topics there is no answer, and then nothing is assumed. Owned by
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
  // Puts kTooFewReplicas in place of each leader in `layout`, which is made of `topic`, that would
  // refuse acks=all, as far as that is known without asking.
  void MarkUnderReplicated(const rd_kafka_metadata_topic_t& topic, TopicLayout* layout) const;
  // Asks for those of `topics` that could be short of replicas and have not been asked for lately;
  // at most 100 a call, and waits at most `timeout`. Asks nobody for ten seconds after nobody
  // answered.
  using Topics = std::vector<const rd_kafka_metadata_topic_t*>;  // null: nothing to ask for
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
  Clock::time_point silent_until_{};  // nobody answered the last time
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_METADATA_MIN_ISR_CACHE_H_
