// Records that wait in the gateway, and when they are dispatched to librdkafka: the gateway's
// counterpart of the RecordAccumulator of Kafka's Java producer. Records of a partition wait here
// while a batch of it is in flight. librdkafka would queue them too, but spend a core on polling,
// send them in small batches, and keep them where no deadline can withdraw them.
//
// Records are dispatched in rounds, one at a time for each leader broker (BrokerQueue). While a
// round is in flight, records for that broker are queued; when its last report is in, what has
// accumulated is dispatched, one batch for each partition. A record for an idle broker is
// dispatched at once. While rounds of other brokers are in flight, or I/O threads are busy, a
// broker with more records lingers for a fraction of its usual round time first, so that the next
// round is larger. A partition whose batch takes much longer than its broker's rounds usually do is
// detached: it no longer delays the round, and is dispatched separately. A broker that is down, or
// does not answer, gets nothing, except for one batch as a probe of a broker that answered a part
// of the round.
//
// Order: whether a partition may send is decided with the mutex held, and what is drained counts as
// in flight from then on. No other thread drains the partition until the reports are in, so the
// calls into librdkafka need no lock. That holds across leader changes too: being in flight is the
// partition's own state, not the broker's.
//
// Any thread may call anything; Sink is called without the mutex held. Owned by KafkaProducer.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "infra/kafka/accumulator/broker_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

class RecordAccumulator final {
 public:
  using TimePoint = Clock::TimePoint;

  struct Refusal {
    bool busy = false;  // the records may be taken later
    Error error;        // unless busy: why the first of them never will
  };

  class Sink {
   public:
    virtual ~Sink() = default;
    // Hands `records` to Kafka in order, taking each off as it is handed over. Absent: all went.
    // Otherwise the first of those left was refused.
    virtual std::optional<Refusal> Produce(const std::string& topic, Partition partition,
                                           RecordQueue* records) = 0;
    // A record that goes no further.
    virtual void Report(PendingRecord* record, DeliveryReport report) = 0;
  };

  struct Options {
    // At most one batch of librdkafka for a partition (batch.num.messages, batch.size).
    std::size_t partition_records = 10'000;
    std::size_t partition_bytes = 950'000;
    // A dispatch round stops growing here.
    std::size_t round_records = 30'000;
    std::size_t round_bytes = 4'000'000;
    // A topic at these limits takes no further request, so that one that is stuck leaves room for
    // the others: about half of the gateway's budget.
    std::size_t topic_records = 250'000;
    std::size_t topic_bytes = 134'217'728;  // of memory
    // What is held longer than this fails: no broker takes it. Exact to a Tick or two.
    std::chrono::milliseconds max_held{25'000};
    // The same where too few replicas are in sync: that does not pass within seconds, so it is
    // reported soon.
    std::chrono::milliseconds max_held_unreplicated{1'000};
    // When a partition is a straggler: after this, and after `straggler_factor` usual round times;
    // but after `straggler_latest` in any case, because after an outage what is usual is no
    // measure.
    std::chrono::milliseconds straggler_after{100};
    int straggler_factor = 8;
    std::chrono::milliseconds straggler_latest{2'000};
    // A batch that a broker refuses is sent again in smaller ones, so that only the record at fault
    // fails; each refusal costs librdkafka a pause. Beyond so many the rest fails in larger
    // batches.
    int refusals = 64;
  };

  // A broker as librdkafka sees it.
  struct Broker {
    BrokerId id = kNoLeader;
    bool up = false;
    std::chrono::microseconds silent_for{};  // since the last byte from it
  };

  // Reports of one partition that came in one event. `retry` are those of the `count` records that
  // have not been reported, because they were certainly not stored and may be sent again.
  struct Reported {
    std::string_view topic;
    Partition partition = 0;
    std::size_t count = 0;
    bool stored = false;  // at least one was
    RecordQueue retry{};
    bool refused = false;  // `retry` is a batch that a broker refused: not in one batch again
    ErrorCode code{};      // what they fail with if they cannot be sent again in their order
  };

  RecordAccumulator(Options options, Sink& sink, ProduceMetrics& metrics, const Clock& clock);
  // Nothing may be held or in flight.
  ~RecordAccumulator();
  RecordAccumulator(const RecordAccumulator&) = delete;
  RecordAccumulator& operator=(const RecordAccumulator&) = delete;

  // The topic has this layout. A new one is not known until Publish, and until then nothing of it
  // goes. Partitions that are gone fail what they hold.
  void SetLayout(const std::string& topic, const TopicLayout& layout);
  // 0 if the topic has no layout.
  Partition PartitionsOf(std::string_view topic) const;
  void Publish(const std::string& topic);
  // The topic is gone: it is no longer known, and what it holds fails.
  void Forget(const std::string& topic);
  bool IsKnown(std::string_view topic) const;

  // Returns false if the topic is at its limit. Takes the mutex only while some topic is.
  bool HasRoomFor(std::string_view topic) const;

  // Queues the record, or does nothing: its topic is not known (with `opened_too`: has no layout),
  // or has no such partition.
  enum class Appended : std::uint8_t { kHeld, kUnknownTopic, kNoPartition };
  [[nodiscard]] Appended Append(PendingRecord* record, bool opened_too = false);
  // Dispatches what may be dispatched.
  void Dispatch();

  // The calling thread works through a burst of requests, whose records rounds may linger for,
  // until EndBurst on the same thread. Not nested.
  void BeginBurst();
  void EndBurst();
  // Dispatches for brokers that have lingered long enough; returns how long the next of them has
  // yet, or max(). Due after OnReports, and when that time is over.
  TimePoint::duration ReleaseLingering();

  // All that one event of librdkafka reported, after the records' own Report.
  void OnReports(std::span<Reported> reports);

  // What librdkafka knows of its brokers; those not named stay as they were.
  void SetBrokers(std::span<const Broker> brokers);
  // The connection broke: nothing is dispatched until SetBrokers says that the broker is up.
  void MarkDown(BrokerId broker);

  // Nothing is dispatched until Resume, which takes every broker for up: the instance is being
  // replaced.
  void Pause();
  void Resume();

  // Due about ten times a second: stragglers are detached, what is held for too long fails, and a
  // full queue of librdkafka is tried again.
  void Tick();

  // That many records have been withdrawn; Sweep finds them. Cheap when there are none.
  void OnWithdrawn(std::size_t count);
  void Sweep();

  // Everything held fails with `code`, NotPersisted.
  void FailHeld(ErrorCode code);

  // Records held, and those taken that have not been reported.
  std::size_t pending() const;
  // Counts of held and in-flight records and the age of the oldest, with the resolution of Tick (a
  // lower bound beyond max_held). Looks at every partition.
  struct Stats {
    std::size_t held = 0;
    std::size_t in_flight = 0;
    std::optional<std::chrono::milliseconds> oldest = {};  // absent: nothing waits
  };
  Stats Snapshot() const;
  // Something is held for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const;

 private:
  struct NameHash {
    // The standard library's name. NOLINTNEXTLINE(readability-identifier-naming)
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  struct PartitionBatch {
    PartitionQueue* partition;
    RecordQueue records;
    std::size_t failed = 0;
    bool busy = false;
  };
  // What is to be done once the mutex is free.
  struct Work {
    std::vector<PartitionBatch> batches;
    RecordQueue withdrawn;
    std::vector<std::pair<PendingRecord*, Error>> failed;
    std::vector<std::size_t> rounds;  // their sizes in records
    std::int64_t held_delta = 0;
  };

  TopicBacklog* FindTopic(std::string_view name) const;
  BrokerQueue& QueueOf(BrokerId leader);
  PartitionQueue& Choose(TopicBacklog& topic, const Record& record, std::uint32_t key_hash);
  void RotateSticky(TopicBacklog& topic);
  void OnQueued(PartitionQueue& partition, const PendingRecord& record);
  void OnDequeued(PartitionQueue& partition, const PendingRecord& record);
  void UpdateLimitState(TopicBacklog& topic);
  void MoveTo(PartitionQueue& partition, BrokerId leader);
  void FailHeldOf(PartitionQueue& partition, ErrorCode code, Work* work);
  void DrainReady(Work* work);
  void DrainBroker(BrokerQueue& queue, Work* work);
  void Probe(BrokerQueue& queue, TimePoint now, Work* work);
  void MaybeLinger(BrokerQueue& queue, TimePoint now);
  void EndExpiredLingers(TimePoint now);
  bool ComparableBrokersAboutToComplete(const BrokerQueue& queue, TimePoint now) const;
  void StartLinger(BrokerQueue& queue, BrokerQueue::Linger why, TimePoint until);
  void EndLinger(BrokerQueue& queue);
  std::size_t DrainPartition(PartitionQueue& partition, TimePoint now, Work* work,
                             std::size_t* bytes);
  void FailOverdue(TimePoint now, Work* work);
  void FailOlder(PartitionQueue& partition, std::uint64_t order, ErrorCode code, Work* work);
  void SweepPartition(PartitionQueue& partition, bool heads_only, Work* work);
  void Run(Work work);
  void HandOver(PartitionBatch* batch, Work* work);
  void RequeueUnsent(PartitionBatch* batch, Work* work);
  void Requeue(PartitionQueue& partition, RecordQueue records, Work* work);
  void RetryRefused(PartitionQueue& partition, Reported* reported, Work* work);

  const Options options_;
  Sink& sink_;
  ProduceMetrics& metrics_;
  const Clock& clock_;

  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::unique_ptr<TopicBacklog>, NameHash, std::equal_to<>> topics_;
  std::map<BrokerId, std::unique_ptr<BrokerQueue>> broker_queues_;
  std::size_t held_ = 0;
  std::size_t in_flight_ = 0;
  std::atomic<int> topics_at_limit_{0};  // changed with the mutex held
  std::atomic<int> bursts_{0};
  std::atomic<int> lingering_{0};  // brokers that do; changed with the mutex held
  std::uint64_t next_order_ = 1;
  // When each order number below `order` had been given: how old what is held must be.
  struct Mark {
    TimePoint at;
    std::uint64_t order = 0;
  };
  std::deque<Mark> marks_;
  std::int64_t held_reported_ = 0;  // what the gauge counts
  std::int64_t withdrawn_ = 0;      // not swept yet; below 0 when a sweep was quicker than the word
  TimePoint full_sweep_{};
  bool paused_ = false;
  bool stalled_ = false;  // librdkafka's queue was full
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_
