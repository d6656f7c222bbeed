// Queues records in the gateway and dispatches them to librdkafka, as the RecordAccumulator of
// Kafka's Java producer does. Records stay here until their broker has a free slot and their
// partition's order allows another batch. librdkafka could queue them too, but it would spend a
// core on polling, send small batches, and keep records where no deadline can withdraw them.
//
// This class owns the mutex and makes the calls to the outside. TopicBacklogs holds the queued
// records; DispatchScheduler decides which are dispatched when. The accumulator decides with the
// mutex held and carries the work out once it is free (DispatchWork). Meanwhile no other thread
// drains a batch of the same partition for the same producer, so the calls into librdkafka need no
// lock and keep the order.
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
    BrokerId id = 0;
    bool up = false;
    std::chrono::microseconds silent_for{};  // since the last byte from it
  };

  // The delivery reports of one partition in one event of librdkafka. `retry` holds those of the
  // `count` records that the caller has not reported to their requests, because they were certainly
  // not stored and may be sent again.
  struct Reported {
    std::string_view topic;
    Partition partition = 0;
    std::size_t count = 0;
    bool stored = false;  // at least one was
    std::size_t producer = 0;
    RecordQueue retry{};
    bool rejected = false;  // a broker rejected `retry` as one batch: bisect it
    ErrorCode code{};       // the error of `retry` if it cannot be sent again in order
  };

  // Everything but the options must outlive the accumulator.
  RecordAccumulator(Options options, BatchSink& batches, ReportSink& reports, TimerSink& timer,
                    ProduceMetrics& metrics, const Clock& clock);
  RecordAccumulator(const RecordAccumulator&) = delete;
  RecordAccumulator& operator=(const RecordAccumulator&) = delete;

  // The result of Submit.
  struct Submitted {
    std::optional<std::string> topic_at_limit = {};  // set: nothing was queued
    // Unknown topics that are not being resolved yet: the caller has them looked up, and then calls
    // SetLayout or FailUnresolved. Their records wait here.
    std::vector<std::string> to_resolve = {};
    bool partition_not_found = false;  // at least one record failed with it
  };
  // Queues all records of a request, or none, and dispatches those that may be dispatched.
  [[nodiscard]] Submitted Submit(RecordQueue records) EXCLUDES(mutex_);

  // The topic is known and has this layout. Records queued for partitions that are gone fail.
  void SetLayout(const std::string& topic, const TopicLayout& layout) EXCLUDES(mutex_);
  // 0 if the topic has no layout.
  Partition PartitionsOf(std::string_view topic) const EXCLUDES(mutex_);
  // The topic is gone: it becomes unknown, and its queued records fail.
  void Forget(const std::string& topic) EXCLUDES(mutex_);
  // The topic cannot be resolved: the records that wait for it fail with `code`, and it is unknown
  // again.
  void FailUnresolved(const std::string& topic, ErrorCode code) EXCLUDES(mutex_);

  // The calling thread works through a burst of requests until it calls EndBurst. Rounds may linger
  // for the records of these requests. Not nested.
  void BeginBurst() { signals_.bursts.fetch_add(1); }
  void EndBurst() EXCLUDES(mutex_);
  // Dispatches to brokers that have lingered long enough. Returns the time until the next linger
  // expires, or max(). Call it after OnReports, when that time is over, and when TimerSink asks for
  // it.
  TimePoint::duration ReleaseLingering() EXCLUDES(mutex_);

  // The producer has given up a record of the partition that may still be stored. Call it before
  // the record is reported, because records of later requests must not be stored before it.
  void Suspect(std::string_view topic, Partition partition, std::size_t producer) EXCLUDES(mutex_);
  // Takes all delivery reports of one event. Call it after the records have been reported.
  void OnReports(std::span<Reported> reports) EXCLUDES(mutex_);

  // The brokers as librdkafka sees them; brokers that are not named stay as they were.
  void SetBrokers(std::span<const Broker> brokers) EXCLUDES(mutex_);
  // The connection broke: nothing is dispatched until SetBrokers says that the broker is up.
  void MarkDown(BrokerId broker) EXCLUDES(mutex_);

  // Nothing is dispatched until Resume. Resume assumes that every broker is up, because one new
  // producer has replaced all earlier ones.
  void Pause() EXCLUDES(mutex_);
  void Resume() EXCLUDES(mutex_);

  // Call it every 50 to 100 ms. Detaches stragglers, fails records that have been queued
  // for too long, and tries a full queue of librdkafka again.
  void Tick() EXCLUDES(mutex_);

  // The first `producers` take batches from now on, at least one.
  void SetProducers(std::size_t producers) EXCLUDES(mutex_);
  // The number of producers that recent dispatches could use, at most Options::max_producers.
  std::size_t WantedProducers() const EXCLUDES(mutex_);
  // True if records are in flight on the producer, or only it may take the next batch of a
  // partition. Looks at every partition.
  bool Needs(std::size_t producer) const EXCLUDES(mutex_);

  // The requests of these records are about to be answered although the records may be in flight:
  // records submitted from now on must not be stored before them.
  void OnExpired(std::span<const PendingRecord* const> records) EXCLUDES(mutex_);

  // `count` records have been withdrawn; Sweep finds them. Sweep is cheap if there are none.
  void OnWithdrawn(std::size_t count) EXCLUDES(mutex_);
  void Sweep() EXCLUDES(mutex_);

  // Fails all queued records with `code`, not persisted.
  void FailHeld(ErrorCode code) EXCLUDES(mutex_);

  // The number of records that are queued, in flight or about to be reported.
  std::size_t pending() const EXCLUDES(mutex_);
  // Counts of queued and in-flight records and the age of the oldest, with the resolution of Tick
  // (a lower bound beyond max_held). Looks at every partition.
  struct Stats {
    std::size_t held = 0;
    std::size_t in_flight = 0;
    std::optional<std::chrono::milliseconds> oldest = {};  // absent: no records
  };
  Stats Snapshot() const EXCLUDES(mutex_);
  // Records are queued for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const EXCLUDES(mutex_);

 private:
  // Makes a change with the mutex held, then dispatches the records that may be dispatched.
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
  std::int64_t held_reported_ GUARDED_BY(mutex_) = 0;  // the gauge's value
  std::uint64_t requests_ GUARDED_BY(mutex_) = 0;      // submitted so far
  std::size_t ending_ GUARDED_BY(mutex_) = 0;          // records in a DispatchWork, to be reported
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_RECORD_ACCUMULATOR_H_
