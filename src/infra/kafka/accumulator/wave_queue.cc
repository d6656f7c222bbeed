#include "infra/kafka/accumulator/wave_queue.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "infra/kafka/client/kafka_errors.h"
#include "service/produce/produce_batch.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kFullSweepPause{1};

}  // namespace

WaveQueue::WaveQueue(Options options, Sink& sink, Metrics& metrics, const Clock& clock)
    : options_(options), sink_(sink), metrics_(metrics), clock_(clock) {}

WaveQueue::~WaveQueue() = default;

WaveTopic* WaveQueue::FindTopic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

WaveLane& WaveQueue::LaneOf(BrokerId leader) {
  auto& lane = lanes_[leader];
  if (!lane) lane = std::make_unique<WaveLane>(leader, IsBroker(leader));
  return *lane;
}

void WaveQueue::MoveTo(WavePartition& partition, BrokerId leader) {
  if (partition.share != nullptr && partition.share->lane->leader == leader) return;
  if (partition.share != nullptr) WaveLane::Unlist(partition);
  partition.share = &LaneOf(leader).ShareOf(partition.topic);
  WaveLane::List(partition);  // not while something is out: Returned does it then
}

void WaveQueue::SetLayout(const std::string& topic, const TopicLayout& layout) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    auto& entry = topics_[topic];
    if (!entry) {
      const auto seed = static_cast<std::uint32_t>(std::hash<std::string>()(topic));
      entry = std::make_unique<WaveTopic>(topic, seed);
    }
    WaveTopic& state = *entry;
    state.count = layout.partitions();
    for (auto number = static_cast<Partition>(state.partitions.size()); number < state.count;
         ++number) {
      state.partitions.push_back(std::make_unique<WavePartition>(&state, number));
    }
    for (std::size_t i = 0; i < state.partitions.size(); ++i) {
      if (i < layout.leaders.size()) {
        MoveTo(*state.partitions[i], layout.leaders[i]);
      } else {
        FailHeldOf(*state.partitions[i], ErrorCode::kPartitionNotFound, &work);
      }
    }
    if (state.known) TakeAll(&work);
  }
  Run(std::move(work));
}

Partition WaveQueue::PartitionsOf(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  const WaveTopic* const state = FindTopic(topic);
  return state == nullptr ? 0 : state->count;
}

void WaveQueue::Publish(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  WaveTopic* const state = FindTopic(topic);
  if (state == nullptr) return;
  state->known = true;
  for (const auto& partition : state->partitions) WaveLane::List(*partition);
}

void WaveQueue::Forget(const std::string& topic) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    WaveTopic* const state = FindTopic(topic);
    if (state == nullptr) return;
    state->known = false;
    state->count = 0;
    for (const auto& partition : state->partitions) {
      FailHeldOf(*partition, ErrorCode::kTopicNotFound, &work);
    }
    TakeAll(&work);
  }
  Run(std::move(work));
}

bool WaveQueue::IsKnown(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  const WaveTopic* const state = FindTopic(topic);
  return state != nullptr && state->known;
}

WavePartition& WaveQueue::Choose(WaveTopic& topic, const Record& record, std::uint32_t key_hash) {
  Partition chosen = 0;
  if (record.partition) {
    chosen = *record.partition;
  } else if (record.key) {
    chosen = PartitionOfHash(key_hash, topic.count);
  } else {
    chosen = topic.sticky.Current(topic.count);
    const WavePartition& current = *topic.partitions[static_cast<std::size_t>(chosen)];
    if (!current.share->lane->up || current.alone ||
        current.held_bytes >= options_.partition_bytes ||
        current.held.size() >= options_.partition_records) {
      RotateSticky(topic);
      chosen = topic.sticky.Current(topic.count);
    }
  }
  return *topic.partitions[static_cast<std::size_t>(chosen)];
}

// To an idle leader if there is one, else to any that is up.
void WaveQueue::RotateSticky(WaveTopic& topic) {
  const auto at = [&topic](Partition number) -> const WavePartition& {
    return *topic.partitions[static_cast<std::size_t>(number)];
  };
  const auto idle = [&at](Partition number) {
    return at(number).share->lane->Idle() && !at(number).alone;
  };
  const auto up = [&at](Partition number) {
    return at(number).share->lane->up && !at(number).alone;
  };
  if (!topic.sticky.Rotate(topic.count, idle)) topic.sticky.Rotate(topic.count, up);
}

// What is counted of a record that is held now, and no longer.
void WaveQueue::Enter(WavePartition& partition, const PendingRecord& record) {
  const std::size_t bytes = WireBytes(record);
  partition.held_bytes += bytes;
  partition.topic->held_memory += MemoryBytes(record);
  ++partition.topic->held;
  ++held_;
  NoteFullness(*partition.topic);
}

void WaveQueue::Leave(WavePartition& partition, const PendingRecord& record) {
  const std::size_t bytes = WireBytes(record);
  partition.held_bytes -= bytes;
  partition.topic->held_memory -= MemoryBytes(record);
  --partition.topic->held;
  --held_;
  NoteFullness(*partition.topic);
}

void WaveQueue::NoteFullness(WaveTopic& topic) {
  const bool full =
      topic.held >= options_.topic_records || topic.held_memory >= options_.topic_bytes;
  if (std::exchange(topic.full, full) == full) return;
  full_topics_.fetch_add(full ? 1 : -1, std::memory_order_relaxed);
}

bool WaveQueue::HasRoomFor(std::string_view topic) const {
  if (full_topics_.load(std::memory_order_relaxed) == 0) return true;
  const std::lock_guard lock(mutex_);
  const WaveTopic* const state = FindTopic(topic);
  return state == nullptr || !state->full;
}

WaveQueue::Pushed WaveQueue::Push(PendingRecord* pending, bool opened_too) {
  const Record& record = pending->record();
  const bool hashed = record.key.has_value() && !record.partition.has_value();
  const std::uint32_t key_hash = hashed ? KeyHash(*record.key) : 0;
  const std::lock_guard lock(mutex_);
  WaveTopic* const topic = FindTopic(record.topic);
  if (topic == nullptr || topic->count == 0 || !(topic->known || opened_too)) {
    return Pushed::kUnknownTopic;
  }
  if (record.partition && (*record.partition < 0 || *record.partition >= topic->count)) {
    return Pushed::kNoPartition;
  }
  WavePartition& partition = Choose(*topic, record, key_hash);
  pending->order = next_order_++;
  partition.held.Push(pending);
  Enter(partition, *pending);
  if (topic->known) WaveLane::List(partition);
  return Pushed::kHeld;
}

void WaveQueue::FailHeldOf(WavePartition& partition, ErrorCode code, Work* work) {
  FailOlder(partition, next_order_, code, work);
}

// Records are numbered as they come, and a mark is kept of each Tick: so their age costs nothing to
// keep.
void WaveQueue::FailOverdue(TimePoint now, Work* work) {
  std::uint64_t overdue = 0;
  for (; !marks_.empty() && now - marks_.front().at >= options_.max_held; marks_.pop_front()) {
    overdue = marks_.front().order;
  }
  std::uint64_t overdue_unreplicated = overdue;
  for (const Mark& mark : marks_) {
    if (now - mark.at < options_.max_held_unreplicated) break;
    overdue_unreplicated = mark.order;
  }
  marks_.push_back({now, next_order_});
  if (overdue_unreplicated == 0 || held_ == 0) return;
  for (const auto& [name, topic] : topics_) {
    for (const auto& partition : topic->partitions) {
      if (partition->held.empty()) continue;
      const bool unreplicated = partition->share->lane->leader == kTooFewReplicas;
      FailOlder(*partition, unreplicated ? overdue_unreplicated : overdue,
                unreplicated ? ErrorCode::kNotEnoughReplicas : ErrorCode::kBrokersUnavailable,
                work);
    }
  }
}

// What was given an order number below `order`.
void WaveQueue::FailOlder(WavePartition& partition, std::uint64_t order, ErrorCode code,
                          Work* work) {
  while (!partition.held.empty() && partition.held.front()->order < order) {
    PendingRecord* const record = partition.held.Pop();
    Leave(partition, *record);
    work->failed.emplace_back(record,
                              MakeError(code, Persistence::kNotPersisted, record->record()));
  }
  if (partition.held.empty()) WaveLane::Unlist(partition);
}

void WaveQueue::FailHeld(ErrorCode code) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, topic] : topics_) {
      for (const auto& partition : topic->partitions) FailHeldOf(*partition, code, &work);
    }
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::OnWithdrawn(std::size_t count) {
  const std::lock_guard lock(mutex_);
  withdrawn_ += static_cast<std::int64_t>(count);
}

// Deadlines come about in the order of sending, so most of what is withdrawn stands at the head of
// its queue. The whole is searched when a good part of it is withdrawn, or once a second.
void WaveQueue::Sweep() {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    if (withdrawn_ <= 0) return;
    const TimePoint now = clock_.Now();
    const bool all =
        withdrawn_ * 4 >= static_cast<std::int64_t>(held_) || now - full_sweep_ >= kFullSweepPause;
    for (const auto& [name, topic] : topics_) {
      for (const auto& partition : topic->partitions) SweepPartition(*partition, !all, &work);
    }
    if (all) {
      full_sweep_ = now;
      withdrawn_ = std::min<std::int64_t>(withdrawn_, 0);  // the rest waits elsewhere
    }
    TakeAll(&work);
  }
  Run(std::move(work));
}

void WaveQueue::SweepPartition(WavePartition& partition, bool heads_only, Work* work) {
  if (partition.held.empty()) return;
  RecordQueue kept;
  while (PendingRecord* const record = partition.held.front()) {
    const bool withdrawn = record->withdrawn();
    if (!withdrawn && heads_only) break;
    partition.held.Pop();
    if (!withdrawn) {
      kept.Push(record);
      continue;
    }
    Leave(partition, *record);
    --withdrawn_;
    work->withdrawn.Push(record);
  }
  partition.held.Prepend(std::move(kept));
  if (partition.held.empty()) WaveLane::Unlist(partition);
}

std::size_t WaveQueue::pending() const {
  const std::lock_guard lock(mutex_);
  return held_ + out_;
}

bool WaveQueue::WaitsForLeader() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& entry) {
    return !entry.second->up && entry.second->HasWork();
  });
}

}  // namespace gateway
