// What is queued for one partition and for one topic. Plain data of a RecordAccumulator, guarded by
// its mutex; nothing here knows threads, clocks or librdkafka.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/batch_bisector.h"
#include "infra/kafka/accumulator/partitioner.h"
#include "service/produce/produce_operation.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

struct BrokerQueue;
struct TopicBacklog;
struct TopicTurn;

// What librdkafka counts for a record in a batch: its payload and its framing.
inline std::size_t WireBytes(const PendingRecord& record) {
  constexpr std::size_t kFrame = 80;
  return record.record().PayloadBytes() + kFrame;
}

// What the record takes of the gateway's budget of bytes, approximately.
inline std::size_t MemoryBytes(const PendingRecord& record) {
  return record.record().PayloadBytes() + ProduceOperation::OverheadBytes(record.record());
}

struct PartitionQueue {
  PartitionQueue(TopicBacklog* owner, Partition index) : topic(owner), number(index) {}

  // Nothing of it is in flight, so that the next batch may be dispatched, and there are records.
  bool Ready() const { return in_flight == 0 && !held.empty(); }

  TopicBacklog* const topic;
  const Partition number;
  TopicTurn* turn = nullptr;  // in the queue of its leader
  RecordQueue held;
  std::size_t held_bytes = 0;  // on the wire
  std::size_t in_flight = 0;   // dispatched and not reported yet: nothing more is until it is 0
  std::uint64_t newest_in_flight = 0;    // order of the last record that was dispatched
  BrokerQueue* dispatched_by = nullptr;  // in whose round it is; null: in none
  bool detached = false;  // a straggler: it is no part of rounds until a batch is stored
  bool listed = false;    // it is in a list of its turn or of its broker's queue
  BatchBisector bisector;
};

struct TopicBacklog {
  // Records of a topic that is not known wait in `unresolved` until the cluster has answered.
  enum class State : std::uint8_t { kUnknown, kResolving, kKnown };

  TopicBacklog(std::string topic_name, std::uint32_t seed)
      : name(std::move(topic_name)), sticky(seed) {}

  const std::string name;
  State state = State::kUnknown;
  RecordQueue unresolved;
  Partition count = 0;                                      // as the cluster says now
  std::vector<std::unique_ptr<PartitionQueue>> partitions;  // never fewer than `count`
  StickyPartition sticky;
  std::size_t held = 0;         // records in all its queues
  std::size_t held_memory = 0;  // what they take of the gateway's budget
  bool at_limit = false;        // it accepts no further request
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_
