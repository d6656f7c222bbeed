#include "infra/kafka/accumulator/dispatch_scheduler.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace gateway {

namespace {

// A round uses another producer after this many batches.
constexpr std::size_t kBatchesPerProducer = 8;

// The producer for a batch of a partition that has nothing else in flight.
std::size_t LoneProducer(const PartitionQueue& partition) {
  if (partition.suspects == 0) return 0;
  return static_cast<std::size_t>(std::countr_zero(partition.suspects));
}

}  // namespace

BrokerQueue& DispatchScheduler::QueueOf(PartitionLeader leader) {
  auto& queue = queues_[leader];
  if (!queue) queue = std::make_unique<BrokerQueue>(leader);
  return *queue;
}

void DispatchScheduler::Assign(PartitionQueue& partition, PartitionLeader leader) {
  if (partition.turn != nullptr && partition.turn->queue->leader == leader) return;
  if (partition.turn != nullptr) BrokerQueue::Unlist(partition);
  partition.turn = &QueueOf(leader).TurnOf(partition.topic);
  BrokerQueue::List(partition);  // if batches in flight forbid that, OnCompleted does it later
}

void DispatchScheduler::OnHeard(BrokerId broker, TimePoint at) {
  BrokerQueue& queue = QueueOf(broker);
  queue.heard = std::max(queue.heard, at);
}

// Records that the replaced producers gave up cannot bind their successors. The first producer
// takes the next batch of such a partition, with nothing else of it in flight.
void DispatchScheduler::Resume() {
  paused_ = false;
  producers_ = 1;
  backlogs_.ForEachPartition([](PartitionQueue& partition) {
    if (partition.suspects != 0) partition.suspects = 1;
  });
  for (const auto& [leader, queue] : queues_) queue->up = leader.is_broker();
}

void DispatchScheduler::Drain(DispatchWork* work) {
  if (paused_ || stalled_) return;
  for (const auto& [leader, queue] : queues_) {
    if (queue->turns.empty()) lingers_.End(*queue);  // the records that it lingered with are gone
    if (!queue->up) continue;
    if (MayDispatch(*queue, work)) DrainBroker(*queue, work);
    if (!queue->detached.empty()) DrainDetached(*queue, work);
  }
}

bool DispatchScheduler::MayDispatch(BrokerQueue& queue, DispatchWork* work) {
  if (queue.turns.empty() || queue.linger != BrokerQueue::Linger::kNone) return false;
  if (queue.in_flight == 0) return true;
  const ConcurrencyLimit& limit = queue.concurrency;
  if (limit.one_round() || queue.slots_used() >= SlotsOf(queue)) return false;
  const TimePoint now = clock_.Now();
  const TimePoint next = queue.round_began + limit.pace();
  if (now < next) {
    lingers_.Begin(queue, BrokerQueue::Linger::kForPace, next);
    work->timer_sooner = true;
    return false;
  }
  // A silent broker may be dead, and records dispatched to it could no longer be withdrawn.
  return now - std::max(queue.OldestDispatch(), queue.heard) <= Patience(queue);
}

// At most the slots of the current producers: with all in use, no producer can take a batch.
std::size_t DispatchScheduler::SlotsOf(const BrokerQueue& queue) const {
  return std::min(queue.concurrency.slots(), producers_ * kSlotsPerProducer);
}

void DispatchScheduler::DrainBroker(BrokerQueue& queue, DispatchWork* work) {
  const TimePoint now = clock_.Now();
  const bool one_round = queue.concurrency.one_round();
  const std::size_t most = one_round ? SIZE_MAX : SlotsOf(queue);
  std::size_t batches = 0;
  std::size_t records = 0;
  std::size_t bytes = 0;
  bool unmet = false;
  queue.hit_limit = false;
  while (records < options_.round_records && bytes < options_.round_bytes &&
         queue.slots_used() < most) {
    PartitionQueue* const partition = queue.Next();
    if (partition == nullptr) break;
    // A partition that has to wait, or has no producer now, is listed again when one of its batches
    // completes.
    if (!partition->Ready()) continue;
    const auto producer = ChooseProducer(queue, *partition, batches);
    unmet = unmet || !producer;
    if (!producer) continue;
    InFlightBatch* const batch = DrainPartition(*partition, *producer, now, work, &bytes);
    if (batch == nullptr) continue;
    ++batches;
    records += batch->count;
    queue.OccupySlot(*partition, *batch);
    BrokerQueue::List(*partition);
  }
  WantFor(queue, batches, unmet, now);
  if (records == 0) return;
  queue.round_began = now;
  queue.round_records = records;
  queue.acknowledged = false;
  queue.probed = false;
  queue.hit_limit = queue.hit_limit || !queue.turns.empty();
  work->rounds.push_back(records);
  const std::size_t first = queue.occupants.size() - batches;
  for (std::size_t i = first; i < first + batches; ++i) RotateSticky(*queue.occupants[i]);
}

// A broker handles the requests of one connection one by one. Within the ConcurrencyLimit each
// batch in flight is worth a producer; in a round, kBatchesPerProducer batches are worth one.
void DispatchScheduler::WantFor(const BrokerQueue& queue, std::size_t batches, bool unmet,
                                TimePoint now) {
  if (queue.concurrency.one_round()) {
    return demand_.Want((batches + kBatchesPerProducer - 1) / kBatchesPerProducer, now);
  }
  const bool more = unmet || !queue.turns.empty();
  demand_.Want(std::min(queue.slots_used() + (more ? 1 : 0), queue.concurrency.producers()), now);
}

std::size_t DispatchScheduler::WantedProducers() const {
  return std::min(demand_.Count(clock_.Now()), options_.max_producers);
}

bool DispatchScheduler::Needs(std::size_t producer) const {
  bool needed = false;
  backlogs_.ForEachPartition([&needed, producer](PartitionQueue& partition) {
    needed = needed || partition.BatchOn(producer) != nullptr ||
             (partition.suspects >> producer & 1) != 0;
  });
  return needed;
}

// Keyless records that arrive after the dispatch share another partition.
void DispatchScheduler::RotateSticky(PartitionQueue& drained) {
  TopicBacklog& topic = *drained.topic;
  if (topic.count > 1 && topic.sticky.Current(topic.count) == drained.number) {
    backlogs_.RotateSticky(topic);
  }
}

// The producer for the partition's next batch, which is number `batches` of its round. Absent if no
// producer can take it now.
std::optional<std::size_t> DispatchScheduler::ChooseProducer(const BrokerQueue& queue,
                                                             PartitionQueue& partition,
                                                             std::size_t batches) const {
  if (partition.suspects != 0) return LoneProducer(partition);
  if (queue.concurrency.one_round()) {
    if (!partition.in_flight.empty()) return std::nullopt;
    return batches / kBatchesPerProducer % producers_;
  }
  std::optional<std::size_t> best;
  for (std::size_t producer = 0; producer < producers_; ++producer) {
    const std::size_t used = queue.slots_used_by[producer];
    if (used >= kSlotsPerProducer || (best && used >= queue.slots_used_by[*best])) continue;
    if (partition.BatchOn(producer) == nullptr) best = producer;
  }
  return best;
}

// Drains one batch of the partition; its records are in flight from then on. Null if all records of
// the partition had been withdrawn.
InFlightBatch* DispatchScheduler::DrainPartition(PartitionQueue& partition, std::size_t producer,
                                                 TimePoint now, DispatchWork* work,
                                                 std::size_t* bytes) {
  RecordQueue taken;
  std::size_t taken_bytes = 0;
  bool answered = false;
  const std::size_t most = partition.bisector.Limit(options_.partition_records);
  while (PendingRecord* const next = partition.held.front()) {
    const std::size_t size = WireBytes(*next);
    if (!taken.empty() && (taken.size() >= most || taken_bytes + size > options_.partition_bytes)) {
      break;
    }
    if (PendingRecord* const record = backlogs_.TakeFirst(partition, now, work)) {
      answered = answered || record->answered;
      taken.Push(record);
      taken_bytes += size;
    }
  }
  if (taken.empty()) return nullptr;
  const PendingRecord& last = *taken.back();
  const PendingRecord* const next = partition.held.front();
  InFlightBatch batch{producer, taken.size(), taken.front()->order, last.order};
  batch.dispatched_at = now;
  batch.bisected = partition.bisector.active();
  batch.exclusive =
      answered || last.more_follow || (next != nullptr && next->request == last.request);
  partition.bisector.OnDispatched(batch.count);
  in_flight_ += batch.count;
  *bytes += taken_bytes;
  work->batches.push_back({&partition, producer, std::move(taken)});
  partition.in_flight.push_back(batch);
  return &partition.in_flight.back();
}

void DispatchScheduler::DrainDetached(BrokerQueue& queue, DispatchWork* work) {
  while (PartitionQueue* const partition = queue.NextDetached()) {
    if (!partition->Ready()) continue;  // OnCompleted lists it again
    std::size_t bytes = 0;
    DrainPartition(*partition, LoneProducer(*partition), clock_.Now(), work, &bytes);
  }
}

void DispatchScheduler::MakeExclusive(PartitionQueue& partition, std::uint64_t order) {
  for (InFlightBatch& batch : partition.in_flight) {
    if (batch.first_order <= order && order <= batch.last_order) batch.exclusive = true;
  }
}

void DispatchScheduler::Suspect(PartitionQueue& partition, std::size_t producer) {
  partition.suspects |= std::uint64_t{1} << producer;
}

void DispatchScheduler::OnReported(PartitionQueue& partition, std::size_t producer,
                                   std::size_t count, bool stored, TimePoint now) {
  const InFlightBatch* const batch = partition.BatchOn(producer);
  BrokerQueue* const queue = batch == nullptr ? nullptr : batch->queue;
  if (stored) {
    (queue != nullptr ? queue : partition.turn->queue)->heard = now;
    partition.detached = false;
    partition.suspects &= ~(std::uint64_t{1} << producer);
  }
  in_flight_ -= count;
  if (queue != nullptr && stored) {
    // In a round only the first report shows how long the broker takes: other batches wait behind
    // it.
    if (!queue->concurrency.one_round() || !std::exchange(queue->acknowledged, true)) {
      queue->concurrency.OnAcknowledged(now - batch->dispatched_at, queue->HasWork(),
                                        options_.max_producers, now);
    }
  }
  BrokerQueue::OnCompleted(partition, producer, count);
  if (queue == nullptr) return;
  if (queue->in_flight == 0) queue->OnRoundReported(now);
  if (queue->linger == BrokerQueue::Linger::kForPace && queue->in_flight == 0) lingers_.End(*queue);
  if (queue->in_flight == 0 && queue->concurrency.one_round()) {
    lingers_.BeginAfterRound(*queue, now);
  }
}

void DispatchScheduler::OnReturned(PartitionQueue& partition, std::size_t producer,
                                   std::size_t count) {
  in_flight_ -= count;
  // The records of the batch that librdkafka took must be stored first.
  if (InFlightBatch* const batch = partition.BatchOn(producer)) batch->exclusive = true;
  BrokerQueue::OnCompleted(partition, producer, count);
}

DispatchScheduler::TimePoint::duration DispatchScheduler::Patience(const BrokerQueue& queue) const {
  const auto usual = std::max(queue.usual_round, queue.concurrency.latency());
  return std::clamp<TimePoint::duration>(usual * options_.straggler_factor,
                                         options_.straggler_after, options_.straggler_latest);
}

void DispatchScheduler::CheckStragglers(TimePoint now, DispatchWork* work) {
  for (const auto& [leader, queue] : queues_) {
    if (queue->in_flight == 0 || !queue->up) continue;
    const auto patience = Patience(*queue);
    const TimePoint oldest = queue->OldestDispatch();
    // A broker that has sent nothing since the batch should have been acknowledged may be dead, and
    // records dispatched to it could no longer be withdrawn.
    if (queue->heard - oldest > patience) {
      queue->DetachStragglers(queue->heard - patience);
    } else if (queue->heard > oldest && now - oldest > patience && !paused_) {
      Probe(*queue, now, work);
    }
  }
}

// While stragglers keep a round open, nothing is dispatched to the broker, so it sends nothing, as
// if it had died. The scheduler dispatches one batch per round as a probe: once that is stored, the
// stragglers are detached.
void DispatchScheduler::Probe(BrokerQueue& queue, TimePoint now, DispatchWork* work) {
  while (!queue.probed) {
    PartitionQueue* const partition = queue.Next();
    if (partition == nullptr) return;
    if (!partition->in_flight.empty()) continue;  // OnCompleted lists it again
    std::size_t bytes = 0;
    queue.probed =
        DrainPartition(*partition, LoneProducer(*partition), now, work, &bytes) != nullptr;
  }
}

bool DispatchScheduler::WaitsForLeader() const {
  return std::any_of(queues_.begin(), queues_.end(), [](const auto& entry) {
    return !entry.second->up && entry.second->HasWork();
  });
}

DispatchScheduler::TimePoint DispatchScheduler::OldestDispatch(TimePoint now) const {
  TimePoint oldest = now;
  for (const auto& [leader, queue] : queues_) oldest = std::min(oldest, queue->OldestDispatch());
  return oldest;
}

}  // namespace gateway
