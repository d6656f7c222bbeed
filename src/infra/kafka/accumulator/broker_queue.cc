#include "infra/kafka/accumulator/broker_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace gateway {

TopicTurn& BrokerQueue::TurnOf(const TopicBacklog* topic) {
  auto& turn = turns_by_topic[topic];
  if (!turn) {
    turn = std::make_unique<TopicTurn>();
    turn->queue = this;
  }
  return *turn;
}

void BrokerQueue::List(PartitionQueue& partition) {
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

void BrokerQueue::Unlist(PartitionQueue& partition) {
  if (!std::exchange(partition.listed, false)) return;
  TopicTurn& turn = *partition.turn;
  std::erase(turn.queue->detached, &partition);
  std::erase(turn.ready, &partition);
  if (turn.ready.empty() && std::exchange(turn.in_turn, false)) {
    std::erase(turn.queue->turns, &turn);
  }
}

PartitionQueue* BrokerQueue::Next() {
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

PartitionQueue* BrokerQueue::NextDetached() {
  if (detached.empty()) return nullptr;
  PartitionQueue* const partition = detached.front();
  detached.pop_front();
  partition->listed = false;
  return partition;
}

void BrokerQueue::OccupySlot(PartitionQueue& partition, InFlightBatch& batch) {
  batch.queue = this;
  occupants.push_back(&partition);
  ++slots_used_by[batch.producer];
  in_flight += batch.count;
  hit_limit = hit_limit || !partition.held.empty();
}

void BrokerQueue::ReleaseSlot(PartitionQueue& partition, const InFlightBatch& batch) {
  const auto found = std::find(occupants.begin(), occupants.end(), &partition);
  assert(found != occupants.end());
  occupants.erase(found);
  --slots_used_by[batch.producer];
}

void BrokerQueue::OnCompleted(PartitionQueue& partition, std::size_t producer, std::size_t count) {
  InFlightBatch* const batch = partition.BatchOn(producer);
  if (batch == nullptr) return;
  assert(batch->count >= count);
  batch->count -= count;
  BrokerQueue* const queue = batch->queue;
  if (queue != nullptr) {
    queue->in_flight -= count;
    if (batch->count == 0) queue->ReleaseSlot(partition, *batch);
  }
  if (batch->count == 0) {
    partition.in_flight.erase(partition.in_flight.begin() + (batch - partition.in_flight.data()));
  }
  List(partition);
}

void BrokerQueue::DetachStragglers(TimePoint before) {
  const std::vector<PartitionQueue*> all = occupants;
  for (PartitionQueue* const partition : all) {
    for (InFlightBatch& batch : partition->in_flight) {
      if (batch.queue != this || batch.dispatched_at >= before) continue;
      ReleaseSlot(*partition, batch);
      in_flight -= batch.count;
      batch.queue = nullptr;
      partition->detached = true;
      Unlist(*partition);
    }
  }
}

BrokerQueue::TimePoint BrokerQueue::OldestDispatch() const {
  TimePoint oldest = TimePoint::max();
  for (const PartitionQueue* const partition : occupants) {
    for (const InFlightBatch& batch : partition->in_flight) {
      if (batch.queue == this) oldest = std::min(oldest, batch.dispatched_at);
    }
  }
  return oldest;
}

}  // namespace gateway
