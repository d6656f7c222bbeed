// What is queued for one leader broker, and its dispatch round. Each partition belongs to the queue
// of its leader. A TopicTurn is what one topic has in it, so that topics take turns in a round
// whatever their number of partitions. Plain data of a RecordAccumulator, guarded by its mutex.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "infra/kafka/accumulator/partition_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

struct TopicTurn {
  BrokerQueue* queue = nullptr;
  std::deque<PartitionQueue*> ready;
  bool in_turn = false;
};

struct BrokerQueue {
  using TimePoint = Clock::TimePoint;

  BrokerQueue(BrokerId broker, bool is_up) : leader(broker), up(is_up) {}

  bool Idle() const { return up && in_flight == 0; }
  bool HasWork() const { return !turns.empty() || !detached.empty(); }

  TopicTurn& TurnOf(const TopicBacklog* topic);

  // Puts the partition at the end of its queue if it is ready and in none.
  static void List(PartitionQueue& partition);
  // Takes it out of the middle of its queue: it moves to another broker, or has nothing left.
  static void Unlist(PartitionQueue& partition);

  // The partition whose turn it is, topics in turn, then partitions; null if there is none.
  PartitionQueue* Next();
  PartitionQueue* NextDetached();

  // The partition's batch of `count` records joins the round.
  void AddToRound(PartitionQueue& partition, std::size_t count);
  // `count` records of the partition's batch completed: reported, or not taken by librdkafka.
  static void OnCompleted(PartitionQueue& partition, std::size_t count, TimePoint now);
  // The round ends without what is still in flight: those partitions are dispatched separately from
  // now on.
  void DetachStragglers();

  const BrokerId leader;
  bool up;
  std::size_t in_flight = 0;           // records of the round, not reported yet
  std::vector<PartitionQueue*> round;  // the partitions they are of
  TimePoint round_began{};
  TimePoint heard{};  // when the broker last said anything, as far as is known
  TimePoint::duration usual_round{};
  std::size_t round_records = 0;  // of the last round, when it began
  bool hit_limit = false;         // the last round was cut by a limit: more records are ready
  bool probed = false;            // one batch was sent besides the round, as a probe

  // It has records and nothing in flight, and dispatches nothing yet: linger_policy.h.
  enum class Linger : std::uint8_t { kNone, kForBurst, kForOthers };
  Linger linger = Linger::kNone;
  TimePoint linger_until{};

  std::deque<TopicTurn*> turns;
  std::deque<PartitionQueue*> detached;
  std::unordered_map<const TopicBacklog*, std::unique_ptr<TopicTurn>> turns_by_topic;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
