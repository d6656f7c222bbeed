// The part of WaveQueue that lets go: when a lane may send, what a wave takes, and what becomes of
// what librdkafka does not take.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/wave_queue.h"
#include "infra/kafka/client/kafka_errors.h"
#include "service/produce/produce_batch.h"

namespace gateway {

void WaveQueue::Kick() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    if (stalled_) return;
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::OnReports(std::span<Reported> reports) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (Reported& reported : reports) {
      WaveTopic* const topic = FindTopic(reported.topic);
      const auto number = static_cast<std::size_t>(reported.partition);
      if (topic == nullptr || number >= topic->partitions.size()) continue;
      WavePartition& partition = *topic->partitions[number];
      if (reported.stored) {
        (partition.wave != nullptr ? partition.wave : partition.share->lane)->heard = now;
        partition.alone = false;
      }
      SendAgain(partition, &reported, &work);
      out_ -= reported.count;
      WaveLane* const lane = partition.wave;
      WaveLane::Returned(partition, reported.count, now);
      if (lane != nullptr && lane->out == 0) MayRest(*lane, now);
    }
    stalled_ = false;
    WakeRested(now);
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::SetBrokers(std::span<const Broker> brokers) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (const Broker& broker : brokers) {
      if (!IsBroker(broker.id)) continue;
      WaveLane& lane = LaneOf(broker.id);
      lane.up = broker.up;
      if (broker.up) lane.heard = std::max(lane.heard, now - broker.silent_for);
    }
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::MarkDown(BrokerId broker) {
  const std::lock_guard lock(mutex_);
  LaneOf(broker).up = false;
}

void WaveQueue::Pause() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
}

void WaveQueue::Resume() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    paused_ = false;
    for (const auto& [leader, lane] : lanes_) lane->up = IsBroker(leader);
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::Tick() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    stalled_ = false;
    for (const auto& [leader, lane] : lanes_) {
      if (lane->out == 0 || !lane->up) continue;
      const auto patience =
          std::clamp<TimePoint::duration>(lane->usual * options_.straggler_factor,
                                          options_.straggler_after, options_.straggler_latest);
      // A broker that has said nothing since the wave should have ended may be dead: what it would
      // be handed now could not be taken back.
      if (lane->heard - lane->began > patience) {
        lane->LeaveStragglers();
      } else if (lane->heard > lane->began && now - lane->began > patience && !paused_) {
        Probe(*lane, now, &work);
      }
    }
    FailOverdue(now, &work);
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::TakeAll(Work* work) {
  if (!paused_ && !stalled_) {
    for (const auto& [leader, lane] : lanes_) {
      if (lane->turns.empty()) Wake(*lane);  // what it rested with has gone elsewhere
      if (!lane->up) continue;
      if (lane->out == 0 && lane->rest == WaveLane::Rest::kNone) TakeWave(*lane, work);
      while (WavePartition* const partition = lane->NextAlone()) {
        std::size_t bytes = 0;
        TakeChain(*partition, clock_.Now(), work, &bytes);
      }
    }
  }
  const auto held = static_cast<std::int64_t>(held_);
  work->held_delta += held - held_told_;
  held_told_ = held;
}

void WaveQueue::TakeWave(WaveLane& lane, Work* work) {
  if (lane.turns.empty()) return;
  const TimePoint now = clock_.Now();
  std::size_t records = 0;
  std::size_t bytes = 0;
  lane.full = false;
  while (records < options_.lane_records && bytes < options_.lane_bytes) {
    WavePartition* const partition = lane.Next();
    if (partition == nullptr) break;
    const std::size_t taken = TakeChain(*partition, now, work, &bytes);
    if (taken == 0) continue;
    partition->wave = &lane;
    lane.wave.push_back(partition);
    lane.out += taken;
    records += taken;
    lane.full = lane.full || !partition->held.empty();
  }
  if (records == 0) return;
  lane.began = now;
  lane.sent = records;
  lane.probed = false;
  lane.full = lane.full || !lane.turns.empty();
  work->waves.push_back(records);
  // The keyless records that come now share another batch.
  for (WavePartition* const partition : lane.wave) {
    WaveTopic& topic = *partition->topic;
    if (topic.count > 1 && topic.sticky.Current(topic.count) == partition->number) {
      RotateSticky(topic);
    }
  }
}

// While stragglers keep a lane closed its broker is sent nothing, and so says nothing, as if it had
// died. One batch of a wave is risked to learn which: once it is stored the stragglers may leave.
void WaveQueue::Probe(WaveLane& lane, TimePoint now, Work* work) {
  while (!lane.probed) {
    WavePartition* const partition = lane.Next();
    if (partition == nullptr) return;
    std::size_t bytes = 0;
    lane.probed = TakeChain(*partition, now, work, &bytes) != 0;
  }
}

// One batch of the partition; how many records that is. What is taken counts as out.
std::size_t WaveQueue::TakeChain(WavePartition& partition, TimePoint now, Work* work,
                                 std::size_t* bytes) {
  RecordQueue taken;
  std::size_t taken_bytes = 0;
  const std::size_t most = partition.suspects == 0
                               ? options_.partition_records
                               : std::min(partition.suspects, partition.together);
  while (PendingRecord* const record = partition.held.front()) {
    const std::size_t size = WireBytes(*record);
    if (!taken.empty() && (taken.size() >= most || taken_bytes + size > options_.partition_bytes)) {
      break;
    }
    partition.held.Pop();
    Leave(partition, *record);
    if (record->Take()) {
      record->handed_over = now;
      taken.Push(record);
      taken_bytes += size;
    } else {
      --withdrawn_;
      work->withdrawn.Push(record);
    }
  }
  const std::size_t count = taken.size();
  if (count == 0) return 0;
  partition.out = count;
  partition.newest_out = taken.back()->order;
  partition.suspects -= std::min(partition.suspects, count);
  out_ += count;
  *bytes += taken_bytes;
  work->chains.push_back({&partition, std::move(taken)});
  return count;
}

// Without the mutex: nobody else takes from a partition that is out.
void WaveQueue::Run(Work work) {
  while (true) {
    for (Chain& chain : work.chains) HandOver(&chain, &work);
    if (work.held_delta != 0) metrics_.OnRecordsHeld(std::exchange(work.held_delta, 0));
    for (const std::size_t records : work.waves) metrics_.OnWave(records);
    work.waves.clear();

    std::vector<Chain> chains = std::exchange(work.chains, {});
    std::erase_if(chains, [](const Chain& c) { return c.failed == 0 && c.records.empty(); });
    if (!chains.empty()) {
      const std::lock_guard lock(mutex_);
      for (Chain& chain : chains) TakeBack(&chain, &work);
      TakeAll(&work);  // room for others, unless it is librdkafka that has none
    }
    RecordQueue withdrawn = std::move(work.withdrawn);
    while (PendingRecord* const record = withdrawn.Pop()) sink_.Report(record, WithdrawnReport());
    auto failed = std::exchange(work.failed, {});
    for (auto& [record, error] : failed) sink_.Report(record, DeliveryReport(std::move(error)));
    if (work.chains.empty() && work.held_delta == 0) return;
  }
}

void WaveQueue::HandOver(Chain* chain, Work* work) {
  while (!chain->records.empty()) {
    std::optional<Refusal> refusal =
        sink_.Produce(chain->partition->topic->name, chain->partition->number, &chain->records);
    if (!refusal) return;
    chain->busy = refusal->busy;
    if (chain->busy) return;
    ++chain->failed;
    work->failed.emplace_back(chain->records.Pop(), std::move(refusal->error));
  }
}

void WaveQueue::TakeBack(Chain* chain, Work* work) {
  WavePartition& partition = *chain->partition;
  const std::size_t returned = chain->failed + chain->records.size();
  Hold(partition, std::move(chain->records), work);
  if (chain->busy) stalled_ = true;
  out_ -= returned;
  WaveLane::Returned(partition, returned, clock_.Now());
}

}  // namespace gateway
