#include "infra/kafka/accumulator/topic_backlogs.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/broker_queue.h"

namespace gateway {
namespace {

constexpr std::chrono::seconds kFullSweepPause{1};

}  // namespace

TopicBacklog* TopicBacklogs::Find(std::string_view name) const {
  const auto found = topics_.find(name);
  return found == topics_.end() ? nullptr : found->second.get();
}

PartitionQueue* TopicBacklogs::FindPartition(std::string_view name, Partition partition) const {
  const TopicBacklog* const topic = Find(name);
  const auto number = static_cast<std::size_t>(partition);
  if (topic == nullptr || number >= topic->partitions.size()) return nullptr;
  return topic->partitions[number].get();
}

std::optional<std::string> TopicBacklogs::FindAtLimit(const RecordQueue& records) const {
  if (topics_at_limit_ == 0) return std::nullopt;
  std::string_view last;
  for (const PendingRecord* record = records.front(); record != nullptr; record = record->next) {
    const std::string_view name = record->record().topic;
    if (name == last) continue;
    last = name;
    const TopicBacklog* const topic = Find(name);
    if (topic != nullptr && topic->at_limit) return std::string(name);
  }
  return std::nullopt;
}

TopicBacklog& TopicBacklogs::FindOrAdd(std::string_view name) {
  if (TopicBacklog* const found = Find(name)) return *found;
  const auto seed = static_cast<std::uint32_t>(NameHash()(name));
  auto& entry = topics_[std::string(name)];
  entry = std::make_unique<TopicBacklog>(std::string(name), seed);
  return *entry;
}

void TopicBacklogs::Remove(const TopicBacklog& topic) {
  if (topic.partitions.empty()) topics_.erase(topics_.find(topic.name));
}

PartitionQueue& TopicBacklogs::Choose(TopicBacklog& topic, const PendingRecord& pending) {
  const Record& record = pending.record();
  Partition chosen = 0;
  if (record.partition) {
    chosen = *record.partition;
  } else if (record.key) {
    chosen = PartitionOfHash(pending.key_hash, topic.count);
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

// Moves on to a partition whose leader is idle, or else to one whose leader is up.
void TopicBacklogs::RotateSticky(TopicBacklog& topic) {
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

void TopicBacklogs::Count(TopicBacklog& topic, const PendingRecord& record) {
  topic.held_memory += MemoryBytes(record);
  ++topic.held;
  ++held_;
  UpdateLimitState(topic);
}

void TopicBacklogs::Uncount(TopicBacklog& topic, const PendingRecord& record) {
  topic.held_memory -= MemoryBytes(record);
  --topic.held;
  --held_;
  UpdateLimitState(topic);
}

void TopicBacklogs::UpdateLimitState(TopicBacklog& topic) {
  const bool at_limit =
      topic.held >= options_.topic_records || topic.held_memory >= options_.topic_bytes;
  if (std::exchange(topic.at_limit, at_limit) == at_limit) return;
  at_limit ? ++topics_at_limit_ : --topics_at_limit_;
}

// To the end of the queue.
void TopicBacklogs::Enqueue(PartitionQueue& partition, PendingRecord* record) {
  record->assigned = partition.number;
  partition.held.Push(record);
  partition.held_bytes += WireBytes(*record);
  BrokerQueue::List(partition);
}

PendingRecord* TopicBacklogs::Dequeue(PartitionQueue& partition) {
  PendingRecord* const record = partition.held.PopFront();
  partition.held_bytes -= WireBytes(*record);
  Uncount(*partition.topic, *record);
  return record;
}

PendingRecord* TopicBacklogs::DequeueUnresolved(TopicBacklog& topic) {
  PendingRecord* const record = topic.unresolved.PopFront();
  Uncount(topic, *record);
  return record;
}

bool TopicBacklogs::Append(TopicBacklog& topic, PendingRecord* record) {
  const std::optional<Partition> wanted = record->record().partition;
  if (wanted && (*wanted < 0 || *wanted >= topic.count)) return false;
  record->order = ages_.TakeOrder();
  Count(topic, *record);
  Enqueue(Choose(topic, *record), record);
  return true;
}

void TopicBacklogs::AppendUnresolved(TopicBacklog& topic, PendingRecord* record) {
  record->order = ages_.TakeOrder();
  Count(topic, *record);
  topic.unresolved.Push(record);
}

void TopicBacklogs::Resolve(TopicBacklog& topic, DispatchWork* work) {
  while (PendingRecord* const record = topic.unresolved.Pop()) {
    const std::optional<Partition> wanted = record->record().partition;
    if (wanted && (*wanted < 0 || *wanted >= topic.count)) {
      Uncount(topic, *record);
      work->failed.emplace_back(record, ErrorCode::kPartitionNotFound);
    } else {
      Enqueue(Choose(topic, *record), record);
    }
  }
}

void TopicBacklogs::Requeue(PartitionQueue& partition, RecordQueue records, DispatchWork* work) {
  RecordQueue back;
  while (PendingRecord* const record = records.Pop()) {
    if (!record->ReturnToQueue()) {
      work->withdrawn.Push(record);
      continue;
    }
    back.Push(record);
    partition.held_bytes += WireBytes(*record);
    Count(*partition.topic, *record);
  }
  partition.held.Merge(std::move(back));
}

PendingRecord* TopicBacklogs::TakeFirst(PartitionQueue& partition, TimePoint now,
                                        DispatchWork* work) {
  PendingRecord* const record = Dequeue(partition);
  if (record->TryClaim()) {
    record->dispatched_at = now;
    return record;
  }
  EndWithdrawn(record, work);
  return nullptr;
}

// Fails the records with an order number below `order`.
void TopicBacklogs::FailOlder(PartitionQueue& partition, std::uint64_t order, ErrorCode code,
                              DispatchWork* work) {
  while (!partition.held.empty() && partition.held.front()->order < order) {
    EndUnsent(Dequeue(partition), code, work);
  }
  if (partition.held.empty()) BrokerQueue::Unlist(partition);
}

void TopicBacklogs::FailUnresolvedOlder(TopicBacklog& topic, std::uint64_t order, ErrorCode code,
                                        DispatchWork* work) {
  while (!topic.unresolved.empty() && topic.unresolved.front()->order < order) {
    EndUnsent(DequeueUnresolved(topic), code, work);
  }
}

// A request that has withdrawn its record was told another reason.
void TopicBacklogs::EndUnsent(PendingRecord* record, ErrorCode code, DispatchWork* work) {
  if (record->withdrawn()) return EndWithdrawn(record, work);
  work->failed.emplace_back(record, code);
}

void TopicBacklogs::EndWithdrawn(PendingRecord* record, DispatchWork* work) {
  --withdrawn_;
  work->withdrawn.Push(record);
}

void TopicBacklogs::FailHeld(PartitionQueue& partition, ErrorCode code, DispatchWork* work) {
  FailOlder(partition, ages_.next_order(), code, work);
}

void TopicBacklogs::FailUnresolved(TopicBacklog& topic, ErrorCode code, DispatchWork* work) {
  FailUnresolvedOlder(topic, ages_.next_order(), code, work);
}

void TopicBacklogs::FailAll(ErrorCode code, DispatchWork* work) {
  for (const auto& [name, topic] : topics_) {
    FailUnresolved(*topic, code, work);
    for (const auto& partition : topic->partitions) FailHeld(*partition, code, work);
  }
}

void TopicBacklogs::ForEachPartition(const std::function<void(PartitionQueue&)>& visit) const {
  for (const auto& [name, topic] : topics_) {
    for (const auto& partition : topic->partitions) visit(*partition);
  }
}

void TopicBacklogs::FailOverdue(TimePoint now, DispatchWork* work) {
  const std::uint64_t overdue = ages_.OlderThan(now, options_.max_held);
  const std::uint64_t unreplicated =
      std::max(overdue, ages_.OlderThan(now, options_.max_held_unreplicated));
  ages_.Mark(now, options_.max_held);
  if (unreplicated == 0 || held_ == 0) return;
  for (const auto& [name, topic] : topics_) {
    FailUnresolvedOlder(*topic, overdue, ErrorCode::kBrokersUnavailable, work);
    for (const auto& partition : topic->partitions) {
      if (partition->held.empty()) continue;
      if (partition->turn->queue->leader == PartitionLeader::TooFewReplicas()) {
        FailOlder(*partition, unreplicated, ErrorCode::kNotEnoughReplicas, work);
      } else {
        FailOlder(*partition, overdue, ErrorCode::kBrokersUnavailable, work);
      }
    }
  }
}

// Deadlines expire roughly in the order of submission, so most withdrawn records are at the head of
// their queue. Sweep searches whole queues only if at least a quarter of the records is withdrawn,
// or once per second.
void TopicBacklogs::Sweep(TimePoint now, DispatchWork* work) {
  if (withdrawn_ <= 0) return;
  const bool all =
      withdrawn_ * 4 >= static_cast<std::int64_t>(held_) || now - full_sweep_ >= kFullSweepPause;
  for (const auto& entry : topics_) {
    TopicBacklog& topic = *entry.second;
    SweepQueue(
        &topic.unresolved, !all, [&] { return DequeueUnresolved(topic); }, work);
    for (const auto& partition : topic.partitions) {
      if (partition->held.empty()) continue;
      SweepQueue(
          &partition->held, !all, [&] { return Dequeue(*partition); }, work);
      if (partition->held.empty()) BrokerQueue::Unlist(*partition);
    }
  }
  if (!all) return;
  full_sweep_ = now;
  withdrawn_ = std::min<std::int64_t>(withdrawn_, 0);  // the others are not queued any more
}

// `take` removes the front of `queue` and returns it.
template <typename TakeFront>
void TopicBacklogs::SweepQueue(RecordQueue* queue, bool heads_only, const TakeFront& take,
                               DispatchWork* work) {
  RecordQueue kept;
  while (PendingRecord* const record = queue->front()) {
    if (record->withdrawn()) {
      EndWithdrawn(take(), work);
    } else if (heads_only) {
      break;
    } else {
      kept.Push(queue->PopFront());
    }
  }
  queue->Prepend(std::move(kept));
}

std::optional<TopicBacklogs::TimePoint> TopicBacklogs::OldestSince() const {
  std::uint64_t order = ages_.next_order();
  for (const auto& [name, topic] : topics_) {
    if (!topic->unresolved.empty()) order = std::min(order, topic->unresolved.front()->order);
    for (const auto& partition : topic->partitions) {
      if (!partition->held.empty()) order = std::min(order, partition->held.front()->order);
      // A batch counts as old as its newest record, which is a lower bound.
      for (const InFlightBatch& batch : partition->in_flight) {
        order = std::min(order, batch.last_order);
      }
    }
  }
  return ages_.GivenBy(order);
}

}  // namespace gateway
