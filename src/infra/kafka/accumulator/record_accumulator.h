// Records that wait in the gateway, and their dispatch to librdkafka: the gateway's counterpart of
// the RecordAccumulator of Kafka's Java producer. Records of a partition wait here while a batch of
// it is in flight. librdkafka would queue them too, but spend a core on polling, send them in small
// batches, and keep them where no deadline can withdraw them.
//
// This class is the mutex and the calls to the outside. What is queued is in TopicBacklogs, what is
// dispatched when in DispatchScheduler. Whatever is decided with the mutex held is carried out
// after it is free (DispatchWork): a partition whose batch is in flight is drained by no other
// thread, so the calls into librdkafka need no lock and keep its order.
//
// Any thread may call anything. Owned by KafkaProducer.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infra/kafka/accumulator/accumulator_options.h"
#include "infra/kafka/accumulator/dispatch_scheduler.h"
#include "infra/kafka/accumulator/dispatch_work.h"
#include "infra/kafka/accumulator/sinks.h"
#include "infra/kafka/accumulator/topic_backlogs.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/mutex.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

class RecordAccumulator final {
 public:
  using TimePoint = Clock::TimePoint;
  using Options = AccumulatorOptions;

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
    std::size_t producer = 0;
    RecordQueue retry{};
    bool refused = false;  // `retry` is a batch that a broker refused: not in one batch again
    ErrorCode code{};      // what they fail with if they cannot be sent again in their order
  };

  // Everything but the options must outlive the accumulator.
  RecordAccumulator(Options options, BatchSink& batches, ReportSink& reports, TimerSink& timer,
                    ProduceMetrics& metrics, const Clock& clock);
  RecordAccumulator(const RecordAccumulator&) = delete;
  RecordAccumulator& operator=(const RecordAccumulator&) = delete;

  // What became of a Submit.
  struct Submitted {
    std::optional<std::string> topic_at_limit = {};  // set: refused whole, nothing was queued
    // Topics that are not known, and were not waited for: the caller has them looked up, and then
    // calls SetLayout or FailUnresolved. Their records wait here.
    std::vector<std::string> to_resolve = {};
    bool partition_not_found = false;  // of at least one record, which failed
  };
  // Queues all records of a request, or none, and dispatches what may be dispatched.
  [[nodiscard]] Submitted Submit(RecordQueue records) EXCLUDES(mutex_);

  // The topic is known and has this layout. Partitions that are gone fail what they hold.
  void SetLayout(const std::string& topic, const TopicLayout& layout) EXCLUDES(mutex_);
  // 0 if the topic has no layout.
  Partition PartitionsOf(std::string_view topic) const EXCLUDES(mutex_);
  // The topic is gone: it is no longer known, and what it holds fails.
  void Forget(const std::string& topic) EXCLUDES(mutex_);
  // The topic cannot be found: what waits for it fails with `code`, and it is not known.
  void FailUnresolved(const std::string& topic, ErrorCode code) EXCLUDES(mutex_);

  // The calling thread works through a burst of requests, whose records rounds may linger for,
  // until EndBurst on the same thread. Not nested.
  void BeginBurst() { signals_.bursts.fetch_add(1); }
  void EndBurst() EXCLUDES(mutex_);
  // Dispatches for brokers that have lingered long enough; returns the time until the next of them
  // has, or max(). Due after OnReports, when that time is over, and when TimerSink says so.
  TimePoint::duration ReleaseLingering() EXCLUDES(mutex_);

  // The producer has given up a record of the partition that may still be stored. Before the
  // record's own Report: records of later requests must not be stored before it.
  void Suspect(std::string_view topic, Partition partition, std::size_t producer) EXCLUDES(mutex_);
  // All that one event of librdkafka reported, after the records' own Report.
  void OnReports(std::span<Reported> reports) EXCLUDES(mutex_);

  // What librdkafka knows of its brokers; those not named stay as they were.
  void SetBrokers(std::span<const Broker> brokers) EXCLUDES(mutex_);
  // The connection broke: nothing is dispatched until SetBrokers says that the broker is up.
  void MarkDown(BrokerId broker) EXCLUDES(mutex_);

  // Nothing is dispatched until Resume, which takes every broker for up: one producer has replaced
  // all that there were.
  void Pause() EXCLUDES(mutex_);
  void Resume() EXCLUDES(mutex_);

  // Due about ten times per second: stragglers are detached, records that have been queued for too
  // long fail, and a full queue of librdkafka is tried again.
  void Tick() EXCLUDES(mutex_);

  // The first `producers` take batches from now on, at least one.
  void SetProducers(std::size_t producers) EXCLUDES(mutex_);
  // How many it has a use for, at most Options::max_producers.
  std::size_t WantedProducers() const EXCLUDES(mutex_);
  // Whether the producer has something in flight, or must be the one to go on with a partition.
  // Looks at every partition.
  bool Needs(std::size_t producer) const EXCLUDES(mutex_);

  // The requests of these records are about to be answered although the records may be in flight:
  // what is submitted from now on is not stored before them.
  void OnExpired(std::span<const PendingRecord* const> records) EXCLUDES(mutex_);

  // That many records have been withdrawn; Sweep finds them. Cheap when there are none.
  void OnWithdrawn(std::size_t count) EXCLUDES(mutex_);
  void Sweep() EXCLUDES(mutex_);

  // Everything queued fails with `code`, NotPersisted.
  void FailHeld(ErrorCode code) EXCLUDES(mutex_);

  // Records queued, in flight, or about to be reported: 0 once every one has been reported.
  std::size_t pending() const EXCLUDES(mutex_);
  // Counts of queued and in-flight records and the age of the oldest, with the resolution of Tick
  // (a lower bound beyond max_held). Looks at every partition.
  struct Stats {
    std::size_t held = 0;
    std::size_t in_flight = 0;
    std::optional<std::chrono::milliseconds> oldest = {};  // absent: nothing waits
  };
  Stats Snapshot() const EXCLUDES(mutex_);
  // Records are queued for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const EXCLUDES(mutex_);

 private:
  // Makes a change with the mutex held, takes what may be dispatched after it, and carries that
  // out.
  template <typename Change>
  void Update(Change change) EXCLUDES(mutex_);
  void Append(std::uint64_t request, RecordQueue* records, Submitted* result, DispatchWork* work)
      REQUIRES(mutex_);
  void Drain(DispatchWork* work) REQUIRES(mutex_);
  void RetryReported(PartitionQueue& partition, Reported* reported, DispatchWork* work)
      REQUIRES(mutex_);
  void CarryOut(DispatchWork work) EXCLUDES(mutex_);
  void HandOver(PartitionBatch* batch, std::vector<std::pair<PendingRecord*, Error>>* refused);
  void TakeBack(PartitionBatch* batch, DispatchWork* work) REQUIRES(mutex_);
  void ReportEnded(DispatchWork* work);

  const Options options_;
  BatchSink& batches_;
  ReportSink& reports_;
  TimerSink& timer_;
  ProduceMetrics& metrics_;
  const Clock& clock_;

  LingerSignals signals_;  // unguarded: atomics
  mutable Mutex mutex_;
  TopicBacklogs backlogs_ GUARDED_BY(mutex_);
  DispatchScheduler scheduler_ GUARDED_BY(mutex_);
  std::int64_t held_reported_ GUARDED_BY(mutex_) = 0;  // what the gauge counts
  std::uint64_t requests_ GUARDED_BY(mutex_) = 0;      // that were submitted
  std::size_t ending_ GUARDED_BY(mutex_) = 0;          // records in a DispatchWork, to be reported
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_
