// What is queued and in flight for one partition, and the backlog of one topic. Plain data of a
// RecordAccumulator, guarded by its mutex; knows no threads, clocks or librdkafka.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/batch_bisector.h"
#include "infra/kafka/accumulator/partitioner.h"
#include "service/ports/clock.h"
#include "service/produce/produce_operation.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

struct BrokerQueue;
struct TopicBacklog;
struct TopicTurn;

// At least the bytes that librdkafka counts for a record in a batch: its payload and its framing.
inline std::size_t WireBytes(const PendingRecord& record) {
  constexpr std::size_t kFrame = 80;  // more than all varints, timestamp and offset delta take
  return record.record().PayloadBytes() + kFrame;
}

// The record's approximate share of the gateway's budget of bytes.
inline std::size_t MemoryBytes(const PendingRecord& record) {
  return record.record().PayloadBytes() + ProduceOperation::OverheadBytes(record.record());
}

// A batch of a partition between its dispatch and its last report. Each producer has at most one
// batch of a partition in flight, so partition and producer identify it.
struct InFlightBatch {
  std::size_t producer = 0;
  std::size_t count = 0;          // records not reported yet
  std::uint64_t first_order = 0;  // of its records
  std::uint64_t last_order = 0;
  BrokerQueue* queue = nullptr;  // whose slot it takes; null: none (detached, or a probe)
  Clock::TimePoint dispatched_at{};
  bool bisected = false;  // a part of a batch that was rejected
  // Later records must be stored after it: nothing else of the partition is dispatched meanwhile.
  bool exclusive = false;
};

struct PartitionQueue {
  PartitionQueue(TopicBacklog* owner, Partition index) : topic(owner), number(index) {}

  // Records are queued, and the partition's order allows the next batch to be dispatched.
  bool Ready() const { return !held.empty() && (in_flight.empty() || MayOverlap()); }
  // The next batch need not wait for those in flight.
  bool MayOverlap() const {
    return suspects == 0 && !detached && !bisector.active() &&
           std::none_of(in_flight.begin(), in_flight.end(),
                        [](const InFlightBatch& batch) { return batch.exclusive; });
  }
  // Its batch on that producer; null if there is none.
  InFlightBatch* BatchOn(std::size_t producer) {
    const auto found =
        std::find_if(in_flight.begin(), in_flight.end(),
                     [producer](const InFlightBatch& batch) { return batch.producer == producer; });
    return found == in_flight.end() ? nullptr : &*found;
  }

  TopicBacklog* const topic;
  const Partition number;
  TopicTurn* turn = nullptr;  // in the queue of its leader
  RecordQueue held;
  std::size_t held_bytes = 0;            // on the wire
  std::vector<InFlightBatch> in_flight;  // in the order of their dispatch
  // One bit per producer that gave up records whose outcome is unknown. They may still be stored,
  // but not after a later batch of the same producer (because of its sequence numbers), so that
  // producer must take the next batch.
  std::uint64_t suspects = 0;
  bool detached = false;  // a straggler: it joins no round until a batch of it is stored
  bool listed = false;    // it is in a list of its TopicTurn or BrokerQueue
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
  Partition count = 0;  // as the cluster reports now; at least 1 when known
  std::vector<std::unique_ptr<PartitionQueue>> partitions;  // never fewer than `count`
  StickyPartition sticky;
  std::size_t held = 0;         // records in all its queues
  std::size_t held_memory = 0;  // their share of the gateway's budget
  bool at_limit = false;        // it accepts no further request
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_PARTITION_QUEUE_H_
