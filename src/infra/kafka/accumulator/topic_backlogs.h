// All records that are queued in the gateway, by topic and partition. Chooses each record's
// partition, counts the queued records, and removes those that leave without being dispatched. A
// part of RecordAccumulator, guarded by its mutex.
//
// Order: records are numbered as they are queued, and each queue keeps the order of the numbers,
// even when records are queued again.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_TOPIC_BACKLOGS_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_TOPIC_BACKLOGS_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "infra/kafka/accumulator/accumulator_options.h"
#include "infra/kafka/accumulator/age_index.h"
#include "infra/kafka/accumulator/dispatch_work.h"
#include "infra/kafka/accumulator/partition_queue.h"
#include "service/ports/clock.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

class TopicBacklogs final {
 public:
  using TimePoint = Clock::TimePoint;

  // `options` must outlive it.
  explicit TopicBacklogs(const AccumulatorOptions& options) : options_(options) {}
  TopicBacklogs(const TopicBacklogs&) = delete;
  TopicBacklogs& operator=(const TopicBacklogs&) = delete;

  TopicBacklog* Find(std::string_view name) const;
  TopicBacklog& FindOrAdd(std::string_view name);
  // Removes a topic that turned out not to exist. Does nothing if it once existed, because reports
  // may still come.
  void Remove(const TopicBacklog& topic);

  // Null if there is no such topic or partition.
  PartitionQueue* FindPartition(std::string_view name, Partition partition) const;
  // The first topic of these records whose backlog is at its limit; absent if there is none.
  std::optional<std::string> FindAtLimit(const RecordQueue& records) const;

  // Queues the record of a known topic; false if it asks for a partition that does not exist.
  [[nodiscard]] bool Append(TopicBacklog& topic, PendingRecord* record);
  // Queues the record until its topic is known.
  void AppendUnresolved(TopicBacklog& topic, PendingRecord* record);
  // Moves the waiting records to their partitions, in order; fails those that ask for a partition
  // that does not exist.
  void Resolve(TopicBacklog& topic, DispatchWork* work);

  // Queues taken records again, before all later ones. Those whose deadline has expired meanwhile
  // go to `work` as withdrawn.
  void Requeue(PartitionQueue& partition, RecordQueue records, DispatchWork* work);
  // Takes the first record of a queue that is not empty. Null if the record was withdrawn; it is
  // then in `work`.
  PendingRecord* TakeFirst(PartitionQueue& partition, TimePoint now, DispatchWork* work);
  // Keyless records that arrive from now on share another partition.
  void RotateSticky(TopicBacklog& topic);

  // Fail with `code`: the records of a partition, those that wait for a topic, or all.
  void FailHeld(PartitionQueue& partition, ErrorCode code, DispatchWork* work);
  void FailUnresolved(TopicBacklog& topic, ErrorCode code, DispatchWork* work);
  void FailAll(ErrorCode code, DispatchWork* work);
  // Fails the records that have been queued for too long. Once per Tick.
  void FailOverdue(TimePoint now, DispatchWork* work);

  // `count` records have been withdrawn; Sweep finds them.
  void OnWithdrawn(std::size_t count) { withdrawn_ += static_cast<std::int64_t>(count); }
  void Sweep(TimePoint now, DispatchWork* work);

  void ForEachPartition(const std::function<void(PartitionQueue&)>& visit) const;

  // Records queued.
  std::size_t held() const { return held_; }
  // Since when the oldest record has been queued or in flight, with the resolution of Tick; absent
  // if there is none older than the last Tick.
  std::optional<TimePoint> OldestSince() const;

 private:
  struct NameHash {
    // The standard library's name. NOLINTNEXTLINE(readability-identifier-naming)
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };

  PartitionQueue& Choose(TopicBacklog& topic, const PendingRecord& record);
  void Count(TopicBacklog& topic, const PendingRecord& record);
  void Uncount(TopicBacklog& topic, const PendingRecord& record);
  void UpdateLimitState(TopicBacklog& topic);
  void Enqueue(PartitionQueue& partition, PendingRecord* record);
  PendingRecord* Dequeue(PartitionQueue& partition);
  PendingRecord* DequeueUnresolved(TopicBacklog& topic);
  void FailOlder(PartitionQueue& partition, std::uint64_t order, ErrorCode code,
                 DispatchWork* work);
  void FailUnresolvedOlder(TopicBacklog& topic, std::uint64_t order, ErrorCode code,
                           DispatchWork* work);
  void EndUnsent(PendingRecord* record, ErrorCode code, DispatchWork* work);
  void EndWithdrawn(PendingRecord* record, DispatchWork* work);
  template <typename TakeFront>
  void SweepQueue(RecordQueue* queue, bool heads_only, const TakeFront& take, DispatchWork* work);

  const AccumulatorOptions& options_;
  std::unordered_map<std::string, std::unique_ptr<TopicBacklog>, NameHash, std::equal_to<>> topics_;
  AgeIndex ages_;
  std::size_t held_ = 0;
  std::size_t topics_at_limit_ = 0;
  std::int64_t withdrawn_ = 0;  // not swept yet; below 0 if a sweep came before OnWithdrawn
  TimePoint full_sweep_{};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_TOPIC_BACKLOGS_H_
