// What the partition of a record is chosen by (TopicBacklogs::Choose): the hash of its key, as in
// Java clients, or, without a key, the partition that the topic's keyless records currently share.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITIONER_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITIONER_H_

#include <cstdint>
#include <string_view>

#include "service/types/record.h"

namespace gateway {

// The 32-bit murmur2 of Kafka's Java clients, with their seed.
std::uint32_t Murmur2(std::string_view bytes);

// Murmur2 made positive. The partition of a key is this modulo the number of partitions. An empty
// key is hashed like any other; only a record without one has no hash.
inline std::uint32_t KeyHash(std::string_view key) { return Murmur2(key) & 0x7fffffffU; }

// `partitions` is at least 1.
inline Partition PartitionOfHash(std::uint32_t key_hash, Partition partitions) {
  return static_cast<Partition>(key_hash % static_cast<std::uint32_t>(partitions));
}

// The partition that keyless records of one topic share, so that they share batches too. Rotate
// moves on to another, in an order that differs by topic, so that topics do not move in step. Not
// thread-safe.
class StickyPartition final {
 public:
  explicit StickyPartition(std::uint32_t seed) : state_(seed | 1U) {}

  // Always in [0, partitions); `partitions` is at least 1.
  Partition Current(Partition partitions) const {
    return static_cast<Partition>(turn_ % static_cast<std::uint32_t>(partitions));
  }

  // Moves on to another partition for which `usable(partition)` holds. Returns false and changes
  // nothing if none of the first kTries is usable.
  template <typename Usable>
  bool Rotate(Partition partitions, const Usable& usable) {
    const auto count = static_cast<std::uint32_t>(partitions);
    if (count < 2) return false;
    const std::uint32_t offset = Next() % (count - 1);
    for (std::uint32_t i = 0; i < count - 1 && i < kTries; ++i) {
      const std::uint32_t candidate = (turn_ + 1 + (offset + i) % (count - 1)) % count;
      if (!usable(static_cast<Partition>(candidate))) continue;
      turn_ = candidate;
      return true;
    }
    return false;
  }

 private:
  std::uint32_t Next() {  // xorshift: an even spread is enough
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 17U;
    state_ ^= state_ << 5U;
    return state_;
  }

  static constexpr std::uint32_t kTries = 64;

  std::uint32_t state_;
  std::uint32_t turn_ = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITIONER_H_
