#include "infra/kafka/accumulator/record_accumulator.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "infra/kafka/accumulator/partitioner.h"
#include "infra/kafka/types/record_errors.h"
#include "service/produce/produce_operation.h"

namespace gateway {
namespace {

// A request may have very many records: after this many, Submit lets other threads take the mutex.
constexpr std::size_t kSlice = 256;

// Called without the mutex, because hashing takes longer than queueing.
void HashKeys(const RecordQueue& records) {
  for (PendingRecord* pending = records.front(); pending != nullptr; pending = pending->next) {
    const Record& record = pending->record();
    if (record.key && !record.partition) pending->key_hash = KeyHash(*record.key);
  }
}

}  // namespace

RecordAccumulator::RecordAccumulator(Options options, BatchSink& batches, ReportSink& reports,
                                     TimerSink& timer, ProduceMetrics& metrics, const Clock& clock)
    : options_(options),
      batches_(batches),
      reports_(reports),
      timer_(timer),
      metrics_(metrics),
      clock_(clock),
      backlogs_(options_),
      scheduler_(options_, backlogs_, signals_, clock) {}

RecordAccumulator::Submitted RecordAccumulator::Submit(RecordQueue records) {
  Submitted result;
  HashKeys(records);
  DispatchWork work;
  {
    MutexLock lock(mutex_);
    result.topic_at_limit = backlogs_.FindAtLimit(records);
    if (result.topic_at_limit) return result;
    const std::uint64_t request = ++requests_;
    while (true) {
      Append(request, &records, &result, &work);
      if (records.empty()) break;
      lock.Unlock();
      lock.Lock();
    }
    Drain(&work);
  }
  CarryOut(std::move(work));
  return result;
}

// Records of an unknown topic wait until it is resolved. Later records of the topic wait behind
// them, so that none overtakes.
void RecordAccumulator::Append(std::uint64_t request, RecordQueue* records, Submitted* result,
                               DispatchWork* work) {
  TopicBacklog* topic = nullptr;
  const bool more_follow = records->size() > kSlice;
  for (std::size_t i = 0; i < kSlice; ++i) {
    PendingRecord* const record = records->Pop();
    if (record == nullptr) return;
    record->request = request;
    record->more_follow = more_follow;
    const std::string_view name = record->record().topic;
    if (topic == nullptr || topic->name != name) topic = &backlogs_.FindOrAdd(name);
    if (topic->state == TopicBacklog::State::kKnown) {
      if (backlogs_.Append(*topic, record)) continue;
      result->partition_not_found = true;
      work->failed.emplace_back(record, ErrorCode::kPartitionNotFound);
      continue;
    }
    if (topic->state == TopicBacklog::State::kUnknown) {
      topic->state = TopicBacklog::State::kResolving;
      result->to_resolve.push_back(topic->name);
    }
    backlogs_.AppendUnresolved(*topic, record);
  }
}

// Moves the batches that may be dispatched to `work`, and updates the counts of records.
void RecordAccumulator::Drain(DispatchWork* work) {
  scheduler_.Drain(work);
  const auto held = static_cast<std::int64_t>(backlogs_.held());
  work->held_delta += held - std::exchange(held_reported_, held);
  const std::size_t ending = work->failed.size() + work->withdrawn.size();
  ending_ += ending - std::exchange(work->ending, ending);
}

template <typename Change>
void RecordAccumulator::Update(Change change) {
  DispatchWork work;
  {
    const MutexLock lock(mutex_);
    change(&work);
    Drain(&work);
  }
  CarryOut(std::move(work));
}

void RecordAccumulator::SetLayout(const std::string& name, const TopicLayout& layout) {
  Update([&](DispatchWork* work) REQUIRES(mutex_) {
    TopicBacklog& topic = backlogs_.FindOrAdd(name);
    topic.count = layout.partitions();
    for (auto number = static_cast<Partition>(topic.partitions.size()); number < topic.count;
         ++number) {
      topic.partitions.push_back(std::make_unique<PartitionQueue>(&topic, number));
    }
    for (std::size_t i = 0; i < topic.partitions.size(); ++i) {
      if (i < layout.leaders.size()) {
        scheduler_.Assign(*topic.partitions[i], layout.leaders[i]);
      } else {
        backlogs_.FailHeld(*topic.partitions[i], ErrorCode::kPartitionNotFound, work);
      }
    }
    topic.state = TopicBacklog::State::kKnown;
    backlogs_.Resolve(topic, work);
  });
}

Partition RecordAccumulator::PartitionsOf(std::string_view name) const {
  const MutexLock lock(mutex_);
  const TopicBacklog* const topic = backlogs_.Find(name);
  return topic == nullptr ? 0 : topic->count;
}

void RecordAccumulator::Forget(const std::string& name) {
  Update([&](DispatchWork* work) REQUIRES(mutex_) {
    TopicBacklog* const topic = backlogs_.Find(name);
    if (topic == nullptr) return;
    topic->state = TopicBacklog::State::kUnknown;
    topic->count = 0;
    for (const auto& partition : topic->partitions) {
      backlogs_.FailHeld(*partition, ErrorCode::kTopicNotFound, work);
    }
  });
}

void RecordAccumulator::FailUnresolved(const std::string& name, ErrorCode code) {
  Update([&](DispatchWork* work) REQUIRES(mutex_) {
    TopicBacklog* const topic = backlogs_.Find(name);
    if (topic == nullptr || topic->state != TopicBacklog::State::kResolving) return;
    topic->state = TopicBacklog::State::kUnknown;
    backlogs_.FailUnresolved(*topic, code, work);
    backlogs_.Remove(*topic);
  });
}

void RecordAccumulator::EndBurst() {
  signals_.bursts.fetch_sub(1);
  if (signals_.lingering.load() == 0) return;
  Update([&](DispatchWork*) REQUIRES(mutex_) { scheduler_.lingers().EndForBurst(); });
}

Clock::TimePoint::duration RecordAccumulator::ReleaseLingering() {
  if (signals_.lingering.load() == 0) return TimePoint::duration::max();
  TimePoint next;
  DispatchWork work;
  {
    const MutexLock lock(mutex_);
    scheduler_.lingers().EndExpired(clock_.Now());
    Drain(&work);
    next = scheduler_.lingers().NextEnd();
  }
  work.timer_sooner = false;
  CarryOut(std::move(work));
  return next == TimePoint::max() ? TimePoint::duration::max()
                                  : std::max(next - clock_.Now(), TimePoint::duration(0));
}

void RecordAccumulator::Suspect(std::string_view topic, Partition partition, std::size_t producer) {
  const MutexLock lock(mutex_);
  if (PartitionQueue* const found = backlogs_.FindPartition(topic, partition)) {
    DispatchScheduler::Suspect(*found, producer);
  }
}

void RecordAccumulator::OnReports(std::span<Reported> reports) {
  DispatchWork work;
  {
    const MutexLock lock(mutex_);
    const TimePoint now = clock_.Now();
    for (Reported& reported : reports) {
      PartitionQueue* const partition = backlogs_.FindPartition(reported.topic, reported.partition);
      assert(partition != nullptr);  // partitions are never removed while they have records
      if (partition == nullptr) continue;
      RetryReported(*partition, &reported, &work);
      scheduler_.OnReported(*partition, reported.producer, reported.count, reported.stored, now);
    }
    scheduler_.EndStall();
    scheduler_.lingers().EndFutile(now);
    Drain(&work);
  }
  work.timer_sooner = false;  // the caller's next call is ReleaseLingering
  CarryOut(std::move(work));
}

// Bisects a rejected batch, unless records dispatched behind it in the same PartitionBatch may be
// stored by now. The rejected records would then be stored after those, so they fail, as they would
// without bisecting.
void RecordAccumulator::RetryReported(PartitionQueue& partition, Reported* reported,
                                      DispatchWork* work) {
  RecordQueue retry = std::move(reported->retry);
  InFlightBatch* const batch = partition.BatchOn(reported->producer);
  assert(batch != nullptr || retry.empty());  // its records are in flight until they are reported
  if (batch == nullptr) return;
  if (retry.empty()) {
    if (batch->bisected) partition.bisector.OnAccepted();
    return;
  }
  batch->exclusive = true;  // the rest of the batch must be stored first
  if (!reported->rejected) return backlogs_.Requeue(partition, std::move(retry), work);
  const bool behind_it = retry.back()->order != batch->last_order;
  if (partition.bisector.OnRejected(retry.size(), behind_it ? 0 : options_.rejections)) {
    return backlogs_.Requeue(partition, std::move(retry), work);
  }
  while (PendingRecord* const record = retry.Pop()) {
    work->failed.emplace_back(record, reported->code);
  }
}

void RecordAccumulator::SetBrokers(std::span<const Broker> brokers) {
  Update([&](DispatchWork*) REQUIRES(mutex_) {
    const TimePoint now = clock_.Now();
    for (const Broker& broker : brokers) {
      scheduler_.SetUp(broker.id, broker.up);
      if (broker.up) scheduler_.OnHeard(broker.id, now - broker.silent_for);
    }
  });
}

void RecordAccumulator::MarkDown(BrokerId broker) {
  const MutexLock lock(mutex_);
  scheduler_.SetUp(broker, false);
}

void RecordAccumulator::Pause() {
  const MutexLock lock(mutex_);
  scheduler_.Pause();
}

void RecordAccumulator::Resume() {
  Update([&](DispatchWork*) REQUIRES(mutex_) { scheduler_.Resume(); });
}

void RecordAccumulator::Tick() {
  Update([&](DispatchWork* work) REQUIRES(mutex_) {
    const TimePoint now = clock_.Now();
    scheduler_.EndStall();
    scheduler_.CheckStragglers(now, work);
    backlogs_.FailOverdue(now, work);
  });
}

void RecordAccumulator::SetProducers(std::size_t producers) {
  const MutexLock lock(mutex_);
  scheduler_.SetProducers(producers);
}

std::size_t RecordAccumulator::WantedProducers() const {
  const MutexLock lock(mutex_);
  return scheduler_.WantedProducers();
}

bool RecordAccumulator::Needs(std::size_t producer) const {
  const MutexLock lock(mutex_);
  return scheduler_.Needs(producer);
}

void RecordAccumulator::OnExpired(std::span<const PendingRecord* const> records) {
  const MutexLock lock(mutex_);
  for (const PendingRecord* const record : records) {
    PartitionQueue* const partition =
        backlogs_.FindPartition(record->record().topic, record->assigned);
    if (partition != nullptr) DispatchScheduler::MakeExclusive(*partition, record->order);
  }
}

void RecordAccumulator::OnWithdrawn(std::size_t count) {
  const MutexLock lock(mutex_);
  backlogs_.OnWithdrawn(count);
}

void RecordAccumulator::Sweep() {
  Update([&](DispatchWork* work) REQUIRES(mutex_) { backlogs_.Sweep(clock_.Now(), work); });
}

void RecordAccumulator::FailHeld(ErrorCode code) {
  Update([&](DispatchWork* work) REQUIRES(mutex_) { backlogs_.FailAll(code, work); });
}

std::size_t RecordAccumulator::pending() const {
  const MutexLock lock(mutex_);
  return backlogs_.held() + scheduler_.in_flight() + ending_;
}

RecordAccumulator::Stats RecordAccumulator::Snapshot() const {
  const MutexLock lock(mutex_);
  Stats stats{backlogs_.held(), scheduler_.in_flight(), std::nullopt};
  if (stats.held + stats.in_flight == 0) return stats;
  const TimePoint now = clock_.Now();
  const TimePoint oldest =
      std::min(backlogs_.OldestSince().value_or(now), scheduler_.OldestDispatch(now));
  stats.oldest = std::chrono::duration_cast<std::chrono::milliseconds>(now - oldest);
  return stats;
}

bool RecordAccumulator::WaitsForLeader() const {
  const MutexLock lock(mutex_);
  return scheduler_.WaitsForLeader();
}

// Carries out the work without the mutex. Records that librdkafka does not take are queued again,
// which may free slots for other batches; this repeats until nothing is left to do.
void RecordAccumulator::CarryOut(DispatchWork work) {
  while (true) {
    std::vector<std::pair<PendingRecord*, Error>> refused;
    for (PartitionBatch& batch : work.batches) HandOver(&batch, &refused);
    if (std::exchange(work.timer_sooner, false)) timer_.OnTimerSooner();
    if (work.held_delta != 0) metrics_.OnRecordsHeld(std::exchange(work.held_delta, 0));
    for (const std::size_t records : work.rounds) metrics_.OnDispatchRound(records);
    work.rounds.clear();

    std::vector<PartitionBatch> batches = std::exchange(work.batches, {});
    std::erase_if(batches, [](const PartitionBatch& batch) {
      return batch.refused == 0 && batch.records.empty();
    });
    if (!batches.empty()) {
      const MutexLock lock(mutex_);
      for (PartitionBatch& batch : batches) TakeBack(&batch, &work);
      Drain(&work);  // slots may be free for others, unless librdkafka is full
    }
    const std::size_t ended = refused.size() + std::exchange(work.ending, 0);
    for (auto& [record, error] : refused) reports_.Report(record, DeliveryReport(std::move(error)));
    ReportEnded(&work);
    if (ended != 0) {
      const MutexLock lock(mutex_);
      ending_ -= ended;
    }
    if (work.batches.empty() && work.held_delta == 0 && !work.timer_sooner) return;
  }
}

void RecordAccumulator::HandOver(PartitionBatch* batch,
                                 std::vector<std::pair<PendingRecord*, Error>>* refused) {
  while (!batch->records.empty()) {
    std::optional<BatchRefusal> refusal = batches_.Produce(
        batch->producer, batch->partition->topic->name, batch->partition->number, &batch->records);
    if (!refusal) return;
    batch->busy = refusal->busy;
    if (batch->busy) return;
    ++batch->refused;
    refused->emplace_back(batch->records.PopFront(), std::move(refusal->error));
  }
}

// Queues the records of the batch again that librdkafka did not take.
void RecordAccumulator::TakeBack(PartitionBatch* batch, DispatchWork* work) {
  const std::size_t returned = batch->refused + batch->records.size();
  backlogs_.Requeue(*batch->partition, std::move(batch->records), work);
  if (batch->busy) scheduler_.Stall();
  ending_ += batch->refused;
  scheduler_.OnReturned(*batch->partition, batch->producer, returned);
}

// Reports the withdrawn and the failed records.
void RecordAccumulator::ReportEnded(DispatchWork* work) {
  RecordQueue withdrawn = std::move(work->withdrawn);
  while (PendingRecord* const record = withdrawn.Pop()) {
    reports_.Report(record, WithdrawnReport());
  }
  for (const auto& [record, code] : std::exchange(work->failed, {})) {
    reports_.Report(record, MakeError(code, Persistence::kNotPersisted, record->record()));
  }
}

}  // namespace gateway
