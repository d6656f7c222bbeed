// The records that are queued for one leader broker or in flight to it. Each partition belongs to
// the queue of its leader; partitions that no broker takes wait in a queue that is never up. A
// TopicTurn holds the ready partitions of one topic in this queue, so that topics take turns in a
// round regardless of their number of partitions. Plain data of a RecordAccumulator, guarded by its
// mutex.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "infra/kafka/accumulator/concurrency_limit.h"
#include "infra/kafka/accumulator/partition_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

// The bits of PartitionQueue::suspects. Kafka:Producers allows fewer.
inline constexpr std::size_t kMaxProducers = 64;

struct TopicTurn {
  BrokerQueue* queue = nullptr;
  std::deque<PartitionQueue*> ready;
  bool in_turn = false;
};

struct BrokerQueue {
  using TimePoint = Clock::TimePoint;

  explicit BrokerQueue(PartitionLeader of) : leader(of), up(of.is_broker()) {}

  bool Idle() const { return up && in_flight == 0; }
  bool HasWork() const { return !turns.empty() || !detached.empty(); }

  TopicTurn& TurnOf(const TopicBacklog* topic);

  // Appends the partition to its queue if it is ready and not listed yet.
  static void List(PartitionQueue& partition);
  // Removes the partition from its queue, because it moves to another broker or has no records
  // left.
  static void Unlist(PartitionQueue& partition);

  // Removes and returns the partition whose turn it is: topics take turns, and within each its
  // partitions. Null if none is listed.
  PartitionQueue* Next();
  PartitionQueue* NextDetached();

  // The batch takes a slot of its producer.
  void OccupySlot(PartitionQueue& partition, InFlightBatch& batch);
  std::size_t slots_used() const { return occupants.size(); }
  // `count` records of the partition's batch on `producer` completed: librdkafka reported them, or
  // did not take them.
  static void OnCompleted(PartitionQueue& partition, std::size_t producer, std::size_t count);
  // librdkafka has reported everything that was in flight.
  void OnRoundReported(TimePoint now) { usual_round += (now - round_began - usual_round) / 8; }
  // Detaches the partitions of batches that were dispatched before `before`; these batches give up
  // their slots.
  void DetachStragglers(TimePoint before);
  // When the oldest batch that has a slot was dispatched; max() if there is none.
  TimePoint OldestDispatch() const;

  // Takes the slot from a batch that has one.
  void ReleaseSlot(PartitionQueue& partition, const InFlightBatch& batch);

  const PartitionLeader leader;
  bool up;
  std::size_t in_flight = 0;  // records of batches that have a slot, not reported yet
  // The partitions of those batches, one entry per batch.
  std::vector<PartitionQueue*> occupants;
  std::array<std::size_t, kMaxProducers> slots_used_by{};  // by producer
  ConcurrencyLimit concurrency;
  bool acknowledged = false;  // a record of the last round has been stored
  TimePoint round_began{};    // when batches were last dispatched
  TimePoint heard{};          // when the broker last sent anything, as far as is known
  TimePoint::duration usual_round{};
  std::size_t round_records = 0;  // size of the last round when it began
  bool hit_limit = false;         // the last round was cut by a limit: more records are ready
  bool probed = false;            // one batch was dispatched in addition to the round

  // Why dispatch is delayed although records are ready: see linger_policy.h and
  // ConcurrencyLimit::pace.
  enum class Linger : std::uint8_t { kNone, kForBurst, kForOthers, kForPace };
  Linger linger = Linger::kNone;
  TimePoint linger_until{};

  std::deque<TopicTurn*> turns;
  std::deque<PartitionQueue*> detached;
  std::unordered_map<const TopicBacklog*, std::unique_ptr<TopicTurn>> turns_by_topic;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
