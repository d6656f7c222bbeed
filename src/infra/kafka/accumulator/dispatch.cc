// The part of RecordAccumulator that dispatches: when a broker is due, what a round takes, and what
// becomes of what librdkafka does not take.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "service/produce/produce_operation.h"

namespace gateway {

void RecordAccumulator::Dispatch() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    if (stalled_) return;
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::OnReports(std::span<Reported> reports) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (Reported& reported : reports) {
      TopicBacklog* const topic = FindTopic(reported.topic);
      const auto number = static_cast<std::size_t>(reported.partition);
      if (topic == nullptr || number >= topic->partitions.size()) continue;
      PartitionQueue& partition = *topic->partitions[number];
      if (reported.stored) {
        (partition.dispatched_by != nullptr ? partition.dispatched_by : partition.turn->queue)
            ->heard = now;
        partition.detached = false;
      }
      RetryRefused(partition, &reported, &work);
      in_flight_ -= reported.count;
      BrokerQueue* const queue = partition.dispatched_by;
      BrokerQueue::OnCompleted(partition, reported.count, now);
      if (queue != nullptr && queue->in_flight == 0) MaybeLinger(*queue, now);
    }
    stalled_ = false;
    EndExpiredLingers(now);
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::SetBrokers(std::span<const Broker> brokers) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (const Broker& broker : brokers) {
      if (!IsBroker(broker.id)) continue;
      BrokerQueue& queue = QueueOf(broker.id);
      queue.up = broker.up;
      if (broker.up) queue.heard = std::max(queue.heard, now - broker.silent_for);
    }
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::MarkDown(BrokerId broker) {
  const std::lock_guard lock(mutex_);
  QueueOf(broker).up = false;
}

void RecordAccumulator::Pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
}

void RecordAccumulator::Resume() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
    for (const auto& [leader, queue] : broker_queues_) queue->up = IsBroker(leader);
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::Tick() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    stalled_ = false;
    for (const auto& [leader, queue] : broker_queues_) {
      if (queue->in_flight == 0 || !queue->up) continue;
      const auto patience =
          std::clamp<TimePoint::duration>(queue->usual * options_.straggler_factor,
                                          options_.straggler_after, options_.straggler_latest);
      // A broker that has said nothing since the round should have ended may be dead: what it would
      // be sent now could not be withdrawn.
      if (queue->heard - queue->round_began > patience) {
        queue->DetachStragglers();
      } else if (queue->heard > queue->round_began && now - queue->round_began > patience &&
                 !paused_) {
        Probe(*queue, now, &work);
      }
    }
    FailOverdue(now, &work);
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::DrainReady(Work* work) {
  if (!paused_ && !stalled_) {
    for (const auto& [leader, queue] : broker_queues_) {
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
  const auto held = static_cast<std::int64_t>(held_);
  work->held_delta += held - held_reported_;
  held_reported_ = held;
}

void RecordAccumulator::DrainBroker(BrokerQueue& queue, Work* work) {
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
    partition->dispatched_by = &queue;
    queue.round.push_back(partition);
    queue.in_flight += taken;
    records += taken;
    queue.hit_limit = queue.hit_limit || !partition->held.empty();
  }
  if (records == 0) return;
  queue.round_began = now;
  queue.sent = records;
  queue.probed = false;
  queue.hit_limit = queue.hit_limit || !queue.turns.empty();
  work->rounds.push_back(records);
  // Keyless records that come now share another batch.
  for (PartitionQueue* const partition : queue.round) {
    TopicBacklog& topic = *partition->topic;
    if (topic.count > 1 && topic.sticky.Current(topic.count) == partition->number) {
      RotateSticky(topic);
    }
  }
}

// While stragglers keep a round open its broker is sent nothing, and so says nothing, as if it had
// died. One batch per round is risked as a probe: once it is stored the stragglers are detached.
void RecordAccumulator::Probe(BrokerQueue& queue, TimePoint now, Work* work) {
  while (!queue.probed) {
    PartitionQueue* const partition = queue.Next();
    if (partition == nullptr) return;
    std::size_t bytes = 0;
    queue.probed = DrainPartition(*partition, now, work, &bytes) != 0;
  }
}

// Drains one batch of the partition; returns how many records that is. They count as in flight.
std::size_t RecordAccumulator::DrainPartition(PartitionQueue& partition, TimePoint now, Work* work,
                                              std::size_t* bytes) {
  RecordQueue taken;
  std::size_t taken_bytes = 0;
  const std::size_t most = partition.bisect_remaining == 0
                               ? options_.partition_records
                               : std::min(partition.bisect_remaining, partition.bisect_limit);
  while (PendingRecord* const record = partition.held.front()) {
    const std::size_t size = WireBytes(*record);
    if (!taken.empty() && (taken.size() >= most || taken_bytes + size > options_.partition_bytes)) {
      break;
    }
    partition.held.Pop();
    OnDequeued(partition, *record);
    if (record->TryClaim()) {
      record->dispatched_at = now;
      taken.Push(record);
      taken_bytes += size;
    } else {
      --withdrawn_;
      work->withdrawn.Push(record);
    }
  }
  const std::size_t count = taken.size();
  if (count == 0) return 0;
  partition.in_flight = count;
  partition.newest_in_flight = taken.back()->order;
  partition.bisect_remaining -= std::min(partition.bisect_remaining, count);
  in_flight_ += count;
  *bytes += taken_bytes;
  work->batches.push_back({&partition, std::move(taken)});
  return count;
}

// Without the mutex: no other thread drains a partition that is in flight.
void RecordAccumulator::Run(Work work) {
  while (true) {
    for (PartitionBatch& batch : work.batches) HandOver(&batch, &work);
    if (work.held_delta != 0) metrics_.OnRecordsHeld(std::exchange(work.held_delta, 0));
    for (const std::size_t records : work.rounds) metrics_.OnDispatchRound(records);
    work.rounds.clear();

    std::vector<PartitionBatch> batches = std::exchange(work.batches, {});
    std::erase_if(batches, [](const PartitionBatch& batch) {
      return batch.failed == 0 && batch.records.empty();
    });
    if (!batches.empty()) {
      const std::lock_guard lock(mutex_);
      for (PartitionBatch& batch : batches) RequeueUnsent(&batch, &work);
      DrainReady(&work);  // room for others, unless it is librdkafka that has none
    }
    RecordQueue withdrawn = std::move(work.withdrawn);
    while (PendingRecord* const record = withdrawn.Pop()) sink_.Report(record, WithdrawnReport());
    auto failed = std::exchange(work.failed, {});
    for (auto& [record, error] : failed) sink_.Report(record, DeliveryReport(std::move(error)));
    if (work.batches.empty() && work.held_delta == 0) return;
  }
}

void RecordAccumulator::HandOver(PartitionBatch* batch, Work* work) {
  while (!batch->records.empty()) {
    std::optional<Refusal> refusal =
        sink_.Produce(batch->partition->topic->name, batch->partition->number, &batch->records);
    if (!refusal) return;
    batch->busy = refusal->busy;
    if (batch->busy) return;
    ++batch->failed;
    work->failed.emplace_back(batch->records.Pop(), std::move(refusal->error));
  }
}

void RecordAccumulator::RequeueUnsent(PartitionBatch* batch, Work* work) {
  PartitionQueue& partition = *batch->partition;
  const std::size_t returned = batch->failed + batch->records.size();
  Requeue(partition, std::move(batch->records), work);
  if (batch->busy) stalled_ = true;
  in_flight_ -= returned;
  BrokerQueue::OnCompleted(partition, returned, clock_.Now());
}

}  // namespace gateway
