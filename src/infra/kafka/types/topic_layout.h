// The layout of a topic: its number of partitions, and the leader of each. Plain values.
#ifndef GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_
#define GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_

#include <cstdint>
#include <tuple>
#include <vector>

#include "service/types/record.h"

namespace gateway {

using BrokerId = std::int32_t;

// Who takes the records of a partition: its leader, or nobody for now.
class PartitionLeader final {
 public:
  // The broker leads the partition and takes its records.
  constexpr PartitionLeader(BrokerId broker)  // NOLINT(google-explicit-constructor)
      : state_(State::kBroker), broker_(broker) {}

  // No broker leads the partition.
  static constexpr PartitionLeader None() { return PartitionLeader(State::kNone); }
  // The partition has fewer in-sync replicas than min.insync.replicas, so its leader would refuse
  // every batch with acks=all.
  static constexpr PartitionLeader TooFewReplicas() {
    return PartitionLeader(State::kTooFewReplicas);
  }

  constexpr bool is_broker() const { return state_ == State::kBroker; }

  constexpr bool operator==(const PartitionLeader&) const = default;
  // For maps.
  constexpr bool operator<(const PartitionLeader& other) const {
    return std::tie(state_, broker_) < std::tie(other.state_, other.broker_);
  }

 private:
  enum class State : std::uint8_t { kBroker, kNone, kTooFewReplicas };

  constexpr explicit PartitionLeader(State state) : state_(state) {}

  State state_;
  BrokerId broker_ = 0;  // with kBroker
};

struct TopicLayout {
  std::vector<PartitionLeader> leaders;  // by partition

  Partition partitions() const { return static_cast<Partition>(leaders.size()); }
  bool operator==(const TopicLayout&) const = default;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_TYPES_TOPIC_LAYOUT_H_
