// The layout of a topic: its number of partitions, and the leader of each. A plain value.
#ifndef GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_
#define GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_

#include <cstdint>
#include <vector>

#include "service/types/record.h"

namespace gateway {

using BrokerId = std::int32_t;
inline constexpr BrokerId kNoLeader = -1;
// Replaces the leader of a partition with fewer in-sync replicas than min.insync.replicas, because
// that leader would refuse every batch with acks=all.
inline constexpr BrokerId kTooFewReplicas = -2;

inline bool IsBroker(BrokerId id) { return id >= 0; }

struct TopicLayout {
  std::vector<BrokerId> leaders;  // by partition; kNoLeader while none is elected

  Partition partitions() const { return static_cast<Partition>(leaders.size()); }
  bool operator==(const TopicLayout&) const = default;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_
