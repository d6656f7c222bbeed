#include "infra/kafka/accumulator/broker_queue.h"

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

void BrokerQueue::AddToRound(PartitionQueue& partition, std::size_t count) {
  partition.dispatched_by = this;
  round.push_back(&partition);
  in_flight += count;
  hit_limit = hit_limit || !partition.held.empty();
}

void BrokerQueue::OnCompleted(PartitionQueue& partition, std::size_t count, TimePoint now) {
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
      queue->usual_round += (took - queue->usual_round) / 8;
    }
  }
  List(partition);
}

void BrokerQueue::DetachStragglers() {
  for (PartitionQueue* const partition : round) {
    partition->dispatched_by = nullptr;
    partition->detached = true;
  }
  round.clear();
  in_flight = 0;
}

}  // namespace gateway
