#include "infra/kafka/accumulator/record_accumulator.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "infra/kafka/types/record_errors.h"
#include "service/produce/produce_operation.h"
#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kFullSweepPause{1};

}  // namespace

RecordAccumulator::RecordAccumulator(Options options, Sink& sink, ProduceMetrics& metrics,
                                     const Clock& clock)
    : options_(options), sink_(sink), metrics_(metrics), clock_(clock) {}

RecordAccumulator::~RecordAccumulator() = default;

TopicBacklog* RecordAccumulator::FindTopic(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

BrokerQueue& RecordAccumulator::QueueOf(BrokerId leader) {
  auto& queue = broker_queues_[leader];
  if (!queue) queue = std::make_unique<BrokerQueue>(leader, IsBroker(leader));
  return *queue;
}

void RecordAccumulator::MoveTo(PartitionQueue& partition, BrokerId leader) {
  if (partition.turn != nullptr && partition.turn->queue->leader == leader) return;
  if (partition.turn != nullptr) BrokerQueue::Unlist(partition);
  partition.turn = &QueueOf(leader).TurnOf(partition.topic);
  BrokerQueue::List(partition);  // not while something is in flight: OnCompleted does it then
}

void RecordAccumulator::SetLayout(const std::string& topic, const TopicLayout& layout) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    auto& entry = topics_[topic];
    if (!entry) {
      const auto seed = static_cast<std::uint32_t>(std::hash<std::string>()(topic));
      entry = std::make_unique<TopicBacklog>(topic, seed);
    }
    TopicBacklog& state = *entry;
    state.count = layout.partitions();
    for (auto number = static_cast<Partition>(state.partitions.size()); number < state.count;
         ++number) {
      state.partitions.push_back(std::make_unique<PartitionQueue>(&state, number));
    }
    for (std::size_t i = 0; i < state.partitions.size(); ++i) {
      if (i < layout.leaders.size()) {
        MoveTo(*state.partitions[i], layout.leaders[i]);
      } else {
        FailHeldOf(*state.partitions[i], ErrorCode::kPartitionNotFound, &work);
      }
    }
    if (state.known) DrainReady(&work);
  }
  Run(std::move(work));
}

Partition RecordAccumulator::PartitionsOf(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  const TopicBacklog* const state = FindTopic(topic);
  return state == nullptr ? 0 : state->count;
}

void RecordAccumulator::Publish(const std::string& topic) {
  const std::lock_guard lock(mutex_);
  TopicBacklog* const state = FindTopic(topic);
  if (state == nullptr) return;
  state->known = true;
  for (const auto& partition : state->partitions) BrokerQueue::List(*partition);
}

void RecordAccumulator::Forget(const std::string& topic) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    TopicBacklog* const state = FindTopic(topic);
    if (state == nullptr) return;
    state->known = false;
    state->count = 0;
    for (const auto& partition : state->partitions) {
      FailHeldOf(*partition, ErrorCode::kTopicNotFound, &work);
    }
    DrainReady(&work);
  }
  Run(std::move(work));
}

bool RecordAccumulator::IsKnown(std::string_view topic) const {
  const std::lock_guard lock(mutex_);
  const TopicBacklog* const state = FindTopic(topic);
  return state != nullptr && state->known;
}

PartitionQueue& RecordAccumulator::Choose(TopicBacklog& topic, const Record& record,
                                          std::uint32_t key_hash) {
  Partition chosen = 0;
  if (record.partition) {
    chosen = *record.partition;
  } else if (record.key) {
    chosen = PartitionOfHash(key_hash, topic.count);
  } else {
    chosen = topic.sticky.Current(topic.count);
    const PartitionQueue& current = *topic.partitions[static_cast<std::size_t>(chosen)];
    if (!current.turn->queue->up || current.detached ||
        current.held_bytes >= options_.partition_bytes ||
        current.held.size() >= options_.partition_records) {
      RotateSticky(topic);
      chosen = topic.sticky.Current(topic.count);
    }
  }
  return *topic.partitions[static_cast<std::size_t>(chosen)];
}

// To an idle leader if there is one, else to any that is up.
void RecordAccumulator::RotateSticky(TopicBacklog& topic) {
  const auto at = [&topic](Partition number) -> const PartitionQueue& {
    return *topic.partitions[static_cast<std::size_t>(number)];
  };
  const auto idle = [&at](Partition number) {
    return at(number).turn->queue->Idle() && !at(number).detached;
  };
  const auto up = [&at](Partition number) {
    return at(number).turn->queue->up && !at(number).detached;
  };
  if (!topic.sticky.Rotate(topic.count, idle)) topic.sticky.Rotate(topic.count, up);
}

// The counts of what is held.
void RecordAccumulator::OnQueued(PartitionQueue& partition, const PendingRecord& record) {
  const std::size_t bytes = WireBytes(record);
  partition.held_bytes += bytes;
  partition.topic->held_memory += MemoryBytes(record);
  ++partition.topic->held;
  ++held_;
  UpdateLimitState(*partition.topic);
}

void RecordAccumulator::OnDequeued(PartitionQueue& partition, const PendingRecord& record) {
  const std::size_t bytes = WireBytes(record);
  partition.held_bytes -= bytes;
  partition.topic->held_memory -= MemoryBytes(record);
  --partition.topic->held;
  --held_;
  UpdateLimitState(*partition.topic);
}

void RecordAccumulator::UpdateLimitState(TopicBacklog& topic) {
  const bool at_limit =
      topic.held >= options_.topic_records || topic.held_memory >= options_.topic_bytes;
  if (std::exchange(topic.at_limit, at_limit) == at_limit) return;
  topics_at_limit_.fetch_add(at_limit ? 1 : -1, std::memory_order_relaxed);
}

bool RecordAccumulator::HasRoomFor(std::string_view topic) const {
  if (topics_at_limit_.load(std::memory_order_relaxed) == 0) return true;
  const std::lock_guard lock(mutex_);
  const TopicBacklog* const state = FindTopic(topic);
  return state == nullptr || !state->at_limit;
}

RecordAccumulator::Appended RecordAccumulator::Append(PendingRecord* pending, bool opened_too) {
  const Record& record = pending->record();
  const bool hashed = record.key.has_value() && !record.partition.has_value();
  const std::uint32_t key_hash = hashed ? KeyHash(*record.key) : 0;
  const std::lock_guard lock(mutex_);
  TopicBacklog* const topic = FindTopic(record.topic);
  if (topic == nullptr || topic->count == 0 || !(topic->known || opened_too)) {
    return Appended::kUnknownTopic;
  }
  if (record.partition && (*record.partition < 0 || *record.partition >= topic->count)) {
    return Appended::kNoPartition;
  }
  PartitionQueue& partition = Choose(*topic, record, key_hash);
  pending->order = next_order_++;
  partition.held.Push(pending);
  OnQueued(partition, *pending);
  if (topic->known) BrokerQueue::List(partition);
  return Appended::kHeld;
}

void RecordAccumulator::FailHeldOf(PartitionQueue& partition, ErrorCode code, Work* work) {
  FailOlder(partition, next_order_, code, work);
}

// Records are numbered as they come, and a mark is kept of each Tick: so their age costs nothing to
// keep.
void RecordAccumulator::FailOverdue(TimePoint now, Work* work) {
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
      const bool unreplicated = partition->turn->queue->leader == kTooFewReplicas;
      FailOlder(*partition, unreplicated ? overdue_unreplicated : overdue,
                unreplicated ? ErrorCode::kNotEnoughReplicas : ErrorCode::kBrokersUnavailable,
                work);
    }
  }
}

// Fails what was given an order number below `order`.
void RecordAccumulator::FailOlder(PartitionQueue& partition, std::uint64_t order, ErrorCode code,
                                  Work* work) {
  while (!partition.held.empty() && partition.held.front()->order < order) {
    PendingRecord* const record = partition.held.Pop();
    OnDequeued(partition, *record);
    work->failed.emplace_back(record,
                              MakeError(code, Persistence::kNotPersisted, record->record()));
  }
  if (partition.held.empty()) BrokerQueue::Unlist(partition);
}

void RecordAccumulator::FailHeld(ErrorCode code) {
  Work work;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, topic] : topics_) {
      for (const auto& partition : topic->partitions) FailHeldOf(*partition, code, &work);
    }
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::OnWithdrawn(std::size_t count) {
  const std::lock_guard lock(mutex_);
  withdrawn_ += static_cast<std::int64_t>(count);
}

// Deadlines come about in the order of sending, so most of what is withdrawn is at the head of its
// queue. All of it is searched when a good part is withdrawn, or once a second.
void RecordAccumulator::Sweep() {
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
    DrainReady(&work);
  }
  Run(std::move(work));
}

void RecordAccumulator::SweepPartition(PartitionQueue& partition, bool heads_only, Work* work) {
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
    OnDequeued(partition, *record);
    --withdrawn_;
    work->withdrawn.Push(record);
  }
  partition.held.Prepend(std::move(kept));
  if (partition.held.empty()) BrokerQueue::Unlist(partition);
}

std::size_t RecordAccumulator::pending() const {
  const std::lock_guard lock(mutex_);
  return held_ + in_flight_;
}

bool RecordAccumulator::WaitsForLeader() const {
  const std::lock_guard lock(mutex_);
  return std::any_of(broker_queues_.begin(), broker_queues_.end(), [](const auto& entry) {
    return !entry.second->up && entry.second->HasWork();
  });
}

}  // namespace gateway
