#include "infra/kafka/accumulator/dispatch_scheduler.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/linger_policy.h"

namespace gateway {

BrokerQueue& DispatchScheduler::QueueOf(BrokerId leader) {
  auto& queue = queues_[leader];
  if (!queue) queue = std::make_unique<BrokerQueue>(leader, IsBroker(leader));
  return *queue;
}

void DispatchScheduler::Assign(PartitionQueue& partition, BrokerId leader) {
  if (partition.turn != nullptr && partition.turn->queue->leader == leader) return;
  if (partition.turn != nullptr) BrokerQueue::Unlist(partition);
  partition.turn = &QueueOf(leader).TurnOf(partition.topic);
  BrokerQueue::List(partition);  // not while something is in flight: OnCompleted does it then
}

void DispatchScheduler::OnHeard(BrokerId broker, TimePoint at) {
  BrokerQueue& queue = QueueOf(broker);
  queue.heard = std::max(queue.heard, at);
}

void DispatchScheduler::Resume() {
  paused_ = false;
  for (const auto& [leader, queue] : queues_) queue->up = IsBroker(leader);
}

void DispatchScheduler::Drain(DispatchWork* work) {
  if (paused_ || stalled_) return;
  for (const auto& [leader, queue] : queues_) {
    if (queue->turns.empty()) EndLinger(*queue);  // what it lingered with has gone elsewhere
    if (!queue->up) continue;
    if (queue->in_flight == 0 && queue->linger == BrokerQueue::Linger::kNone) {
      DrainBroker(*queue, work);
    }
    while (PartitionQueue* const partition = queue->NextDetached()) {
      std::size_t bytes = 0;
      DrainPartition(*partition, clock_.Now(), work, &bytes);
    }
  }
}

void DispatchScheduler::DrainBroker(BrokerQueue& queue, DispatchWork* work) {
  if (queue.turns.empty()) return;
  const TimePoint now = clock_.Now();
  std::size_t records = 0;
  std::size_t bytes = 0;
  queue.hit_limit = false;
  while (records < options_.round_records && bytes < options_.round_bytes) {
    PartitionQueue* const partition = queue.Next();
    if (partition == nullptr) break;
    const std::size_t taken = DrainPartition(*partition, now, work, &bytes);
    if (taken == 0) continue;
    queue.AddToRound(*partition, taken);
    records += taken;
  }
  if (records == 0) return;
  queue.round_began = now;
  queue.round_records = records;
  queue.probed = false;
  queue.hit_limit = queue.hit_limit || !queue.turns.empty();
  work->rounds.push_back(records);
  // Keyless records that come now share another batch.
  for (PartitionQueue* const partition : queue.round) {
    TopicBacklog& topic = *partition->topic;
    if (topic.count > 1 && topic.sticky.Current(topic.count) == partition->number) {
      backlogs_.RotateSticky(topic);
    }
  }
}

// Drains one batch of the partition; returns how many records that is. They count as in flight.
std::size_t DispatchScheduler::DrainPartition(PartitionQueue& partition, TimePoint now,
                                              DispatchWork* work, std::size_t* bytes) {
  RecordQueue taken;
  std::size_t taken_bytes = 0;
  const std::size_t most = partition.bisector.Limit(options_.partition_records);
  while (PendingRecord* const next = partition.held.front()) {
    const std::size_t size = WireBytes(*next);
    if (!taken.empty() && (taken.size() >= most || taken_bytes + size > options_.partition_bytes)) {
      break;
    }
    if (PendingRecord* const record = backlogs_.TakeFirst(partition, now, work)) {
      taken.Push(record);
      taken_bytes += size;
    }
  }
  const std::size_t count = taken.size();
  if (count == 0) return 0;
  partition.in_flight = count;
  partition.newest_in_flight = taken.back()->order;
  partition.bisector.OnDispatched(count);
  in_flight_ += count;
  *bytes += taken_bytes;
  work->batches.push_back({&partition, std::move(taken)});
  return count;
}

void DispatchScheduler::OnReported(PartitionQueue& partition, std::size_t count, bool stored,
                                   TimePoint now) {
  if (stored) {
    (partition.dispatched_by != nullptr ? partition.dispatched_by : partition.turn->queue)->heard =
        now;
    partition.detached = false;
  }
  in_flight_ -= count;
  BrokerQueue* const queue = partition.dispatched_by;
  BrokerQueue::OnCompleted(partition, count, now);
  if (queue != nullptr && queue->in_flight == 0) MaybeLinger(*queue, now);
}

void DispatchScheduler::OnReturned(PartitionQueue& partition, std::size_t count) {
  in_flight_ -= count;
  BrokerQueue::OnCompleted(partition, count, clock_.Now());
}

void DispatchScheduler::CheckStragglers(TimePoint now, DispatchWork* work) {
  for (const auto& [leader, queue] : queues_) {
    if (queue->in_flight == 0 || !queue->up) continue;
    const auto patience =
        std::clamp<TimePoint::duration>(queue->usual_round * options_.straggler_factor,
                                        options_.straggler_after, options_.straggler_latest);
    // A broker that has said nothing since the round should have ended may be dead: what it would
    // be sent now could not be withdrawn.
    if (queue->heard - queue->round_began > patience) {
      queue->DetachStragglers();
    } else if (queue->heard > queue->round_began && now - queue->round_began > patience &&
               !paused_) {
      Probe(*queue, now, work);
    }
  }
}

// While stragglers keep a round open its broker is sent nothing, and so says nothing, as if it had
// died. One batch per round is risked as a probe: once it is stored the stragglers are detached.
void DispatchScheduler::Probe(BrokerQueue& queue, TimePoint now, DispatchWork* work) {
  while (!queue.probed) {
    PartitionQueue* const partition = queue.Next();
    if (partition == nullptr) return;
    std::size_t bytes = 0;
    queue.probed = DrainPartition(*partition, now, work, &bytes) != 0;
  }
}

// The broker's round has just completed. Whether other brokers are worth lingering for is decided
// once all reports of the event have been taken in (EndFutileLingers).
void DispatchScheduler::MaybeLinger(BrokerQueue& queue, TimePoint now) {
  if (!linger_policy::MayLinger(queue)) return;
  queue.linger =
      signals_.bursts.load() > 0 ? BrokerQueue::Linger::kForBurst : BrokerQueue::Linger::kForOthers;
  queue.linger_until = now + linger_policy::MaxLinger(queue.linger, queue.usual_round);
  signals_.lingering.fetch_add(1);
  // Each side writes what the other reads before it reads what the other writes: either the queue
  // sees that the burst is over, or the burst sees that a queue lingers.
  if (queue.linger == BrokerQueue::Linger::kForBurst && signals_.bursts.load() == 0)
    EndLinger(queue);
}

void DispatchScheduler::EndLinger(BrokerQueue& queue) {
  if (std::exchange(queue.linger, BrokerQueue::Linger::kNone) == BrokerQueue::Linger::kNone) return;
  signals_.lingering.fetch_sub(1);
}

void DispatchScheduler::EndBurstLingers() {
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger == BrokerQueue::Linger::kForBurst) EndLinger(*queue);
  }
}

void DispatchScheduler::EndFutileLingers(TimePoint now) {
  const auto worthwhile = [this, now](const BrokerQueue& queue) {
    return std::any_of(queues_.begin(), queues_.end(), [&queue, now](const auto& entry) {
      return linger_policy::IsWorthLingeringFor(*entry.second, queue, now);
    });
  };
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger_until <= now ||
        (queue->linger == BrokerQueue::Linger::kForOthers && !worthwhile(*queue))) {
      EndLinger(*queue);
    }
  }
}

DispatchScheduler::TimePoint DispatchScheduler::EndExpiredLingers(TimePoint now) {
  TimePoint next = TimePoint::max();
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger == BrokerQueue::Linger::kNone) continue;
    if (queue->linger_until <= now) {
      EndLinger(*queue);
    } else {
      next = std::min(next, queue->linger_until);
    }
  }
  return next;
}

bool DispatchScheduler::WaitsForLeader() const {
  return std::any_of(queues_.begin(), queues_.end(), [](const auto& entry) {
    return !entry.second->up && entry.second->HasWork();
  });
}

DispatchScheduler::TimePoint DispatchScheduler::OldestRound(TimePoint now) const {
  TimePoint oldest = now;
  for (const auto& [leader, queue] : queues_) {
    if (queue->in_flight != 0) oldest = std::min(oldest, queue->round_began);
  }
  return oldest;
}

}  // namespace gateway
