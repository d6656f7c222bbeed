// The parts of a RecordAccumulator: plain data, guarded by its mutex, and the rules that touch one
// broker only. Nothing here knows threads, clocks or librdkafka.
//
// A BrokerQueue has what is queued for one leader broker; each partition belongs to that of its
// leader. A TopicTurn is what one topic has in it, so that topics take turns in a round whatever
// their number of partitions.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "infra/kafka/accumulator/partitioner.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"
#include "service/produce/produce_operation.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

struct BrokerQueue;
struct TopicBacklog;
struct TopicTurn;

// What librdkafka counts for a record in a batch: its payload and what frames it.
inline std::size_t WireBytes(const PendingRecord& record) {
  constexpr std::size_t kFrame = 80;
  return record.record().PayloadBytes() + kFrame;
}

// About what it counts in the gateway's budget of bytes.
inline std::size_t MemoryBytes(const PendingRecord& record) {
  return record.record().PayloadBytes() + ProduceOperation::OverheadBytes(record.record());
}

struct PartitionQueue {
  PartitionQueue(TopicBacklog* owner, Partition index) : topic(owner), number(index) {}

  // Nothing of it is in flight, so the next batch may be dispatched; and there is something to
  // dispatch.
  bool Ready() const { return in_flight == 0 && !held.empty(); }

  TopicBacklog* const topic;
  const Partition number;
  TopicTurn* turn = nullptr;  // where its leader is
  RecordQueue held;
  std::size_t held_bytes = 0;
  std::size_t in_flight = 0;             // and not reported yet: closed until it is 0
  BrokerQueue* dispatched_by = nullptr;  // in whose round it is; null: in none
  bool detached = false;  // a straggler: it is no part of rounds until a batch is stored
  bool listed = false;    // it is in a list of its turn or of its queue

  std::uint64_t newest_in_flight = 0;  // order of the last record drained

  // Bisecting after a broker refused a batch: how many of the next records were in it, how many of
  // them may share a batch, and how many more batches may be refused before all of them fail.
  std::size_t bisect_remaining = 0;
  std::size_t bisect_limit = 0;
  int bisect_refusals_left = 0;
};

struct TopicTurn {
  BrokerQueue* queue = nullptr;
  std::deque<PartitionQueue*> ready;
  bool in_turn = false;
};

struct TopicBacklog {
  TopicBacklog(std::string topic_name, std::uint32_t seed)
      : name(std::move(topic_name)), sticky(seed) {}

  const std::string name;
  bool known = false;                                       // Send may use it
  Partition count = 0;                                      // as the cluster says now
  std::vector<std::unique_ptr<PartitionQueue>> partitions;  // never fewer than `count`
  StickyPartition sticky;
  std::size_t held = 0;         // in all its partitions
  std::size_t held_memory = 0;  // what of it counts in the gateway's budget
  bool at_limit = false;        // it takes no further request
};

struct BrokerQueue {
  using TimePoint = Clock::TimePoint;

  BrokerQueue(BrokerId broker, bool is_up) : leader(broker), up(is_up) {}

  bool Idle() const { return up && in_flight == 0; }
  bool HasWork() const { return !turns.empty() || !detached.empty(); }

  TopicTurn& TurnOf(const TopicBacklog* topic) {
    auto& turn = turns_by_topic[topic];
    if (!turn) {
      turn = std::make_unique<TopicTurn>();
      turn->queue = this;
    }
    return *turn;
  }

  // Puts the partition at the end of its queue, if it is ready and in none.
  static void List(PartitionQueue& partition) {
    if (partition.listed || !partition.Ready()) return;
    partition.listed = true;
    TopicTurn& turn = *partition.turn;
    if (partition.detached) {
      turn.queue->detached.push_back(&partition);
      return;
    }
    turn.ready.push_back(&partition);
    if (!std::exchange(turn.in_turn, true)) turn.queue->turns.push_back(&turn);
  }

  // Takes it out of the middle: it moves to another broker.
  static void Unlist(PartitionQueue& partition) {
    if (!std::exchange(partition.listed, false)) return;
    TopicTurn& turn = *partition.turn;
    std::erase(turn.queue->detached, &partition);
    std::erase(turn.ready, &partition);
    if (turn.ready.empty() && std::exchange(turn.in_turn, false)) {
      std::erase(turn.queue->turns, &turn);
    }
  }

  // The partition whose turn it is, topics in turn, then partitions; null if there is none.
  PartitionQueue* Next() {
    if (turns.empty()) return nullptr;
    TopicTurn* const turn = turns.front();
    turns.pop_front();
    PartitionQueue* const partition = turn->ready.front();
    turn->ready.pop_front();
    turn->in_turn = !turn->ready.empty();
    if (turn->in_turn) turns.push_back(turn);
    partition->listed = false;
    return partition;
  }
  PartitionQueue* NextDetached() {
    if (detached.empty()) return nullptr;
    PartitionQueue* const partition = detached.front();
    detached.pop_front();
    partition->listed = false;
    return partition;
  }

  // Records of the partition's batch completed: reported, or not taken by librdkafka.
  static void OnCompleted(PartitionQueue& partition, std::size_t count, TimePoint now) {
    partition.in_flight -= count;
    BrokerQueue* const queue = partition.dispatched_by;
    if (queue != nullptr) {
      queue->in_flight -= count;
      if (partition.in_flight == 0) {
        partition.dispatched_by = nullptr;
        std::erase(queue->round, &partition);
      }
      if (queue->in_flight == 0) {
        const auto took = now - queue->round_began;
        queue->usual += (took - queue->usual) / 8;
      }
    }
    List(partition);
  }

  // The round ends without what is still in flight: those partitions are dispatched separately from
  // now on.
  void DetachStragglers() {
    for (PartitionQueue* const partition : round) {
      partition->dispatched_by = nullptr;
      partition->detached = true;
    }
    round.clear();
    in_flight = 0;
  }

  const BrokerId leader;
  bool up;
  std::size_t in_flight = 0;           // records of the round, not reported yet
  std::vector<PartitionQueue*> round;  // the partitions they are of
  TimePoint round_began{};
  TimePoint heard{};  // when the broker last said anything, as far as is known
  Clock::TimePoint::duration usual{};
  // It has records and nothing in flight, and dispatches nothing yet: linger.cc says why.
  enum class Linger : std::uint8_t { kNone, kForBurst, kForOthers };
  Linger linger = Linger::kNone;
  TimePoint linger_until{};
  bool probed = false;     // one batch was sent besides the round, as a probe
  std::size_t sent = 0;    // records of the last round
  bool hit_limit = false;  // the last round was cut by a limit: more is ready
  std::deque<TopicTurn*> turns;
  std::deque<PartitionQueue*> detached;
  std::unordered_map<const TopicBacklog*, std::unique_ptr<TopicTurn>> turns_by_topic;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_BROKER_QUEUE_H_
