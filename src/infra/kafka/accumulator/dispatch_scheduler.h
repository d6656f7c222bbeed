// Decides what is dispatched, to which broker and when. A part of RecordAccumulator, guarded by its
// mutex.
//
// Records are dispatched in rounds, one at a time for each leader broker (BrokerQueue). While a
// round is in flight, records for that broker are queued; when its last report is in, what has
// accumulated is dispatched, one batch for each partition. A record for an idle broker is
// dispatched at once. While rounds of other brokers are in flight, or I/O threads are busy, a
// broker with more records lingers first (linger_policy.h), so that the next round is larger. A
// partition whose batch takes much longer than its broker's rounds usually do is detached: it no
// longer delays the round, and is dispatched separately. A broker that is down, or does not answer,
// gets nothing, except for one batch as a probe of a broker that answered a part of the round.
//
// Order: a partition is drained only while nothing of it is in flight, and what is drained counts
// as in flight from then on. That holds across leader changes too: being in flight is the
// partition's own state, not the broker's.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_

#include <atomic>
#include <cstddef>
#include <map>
#include <memory>

#include "infra/kafka/accumulator/accumulator_options.h"
#include "infra/kafka/accumulator/broker_queue.h"
#include "infra/kafka/accumulator/dispatch_work.h"
#include "infra/kafka/accumulator/topic_backlogs.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

// What a RecordAccumulator and its scheduler tell each other without the mutex.
struct LingerSignals {
  std::atomic<int> bursts{0};     // I/O threads that work through a burst
  std::atomic<int> lingering{0};  // brokers that linger; changed with the mutex held
};

class DispatchScheduler final {
 public:
  using TimePoint = Clock::TimePoint;

  // All must outlive it.
  DispatchScheduler(const AccumulatorOptions& options, TopicBacklogs& backlogs,
                    LingerSignals& signals, const Clock& clock)
      : options_(options), backlogs_(backlogs), signals_(signals), clock_(clock) {}
  DispatchScheduler(const DispatchScheduler&) = delete;
  DispatchScheduler& operator=(const DispatchScheduler&) = delete;

  // The partition's leader is `leader` from now on.
  void Assign(PartitionQueue& partition, BrokerId leader);

  void SetUp(BrokerId broker, bool up) { QueueOf(broker).up = up; }
  // Something came from the broker at that time.
  void OnHeard(BrokerId broker, TimePoint at);

  // Nothing is dispatched until Resume, which takes every broker for up.
  void Pause() { paused_ = true; }
  void Resume();
  // Nothing is dispatched until the next report or Tick: librdkafka's queue is full.
  void Stall() { stalled_ = true; }
  void EndStall() { stalled_ = false; }

  // Takes what may be dispatched.
  void Drain(DispatchWork* work);

  // `count` records of the partition's batch were reported; `stored`: at least one was stored.
  void OnReported(PartitionQueue& partition, std::size_t count, bool stored, TimePoint now);
  // `count` records of the partition's batch were not taken by librdkafka.
  void OnReturned(PartitionQueue& partition, std::size_t count);

  // Detaches stragglers and probes brokers that have gone quiet. Once per Tick.
  void CheckStragglers(TimePoint now, DispatchWork* work);

  // No burst is left to linger for.
  void EndBurstLingers();
  // After reports: lingers end that have nothing left to wait for.
  void EndFutileLingers(TimePoint now);
  // Ends those whose time is over; returns when the next ends, or max().
  TimePoint EndExpiredLingers(TimePoint now);

  std::size_t in_flight() const { return in_flight_; }
  // Records are queued for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const;
  // When the oldest round in flight began; `now` if there is none.
  TimePoint OldestRound(TimePoint now) const;

 private:
  BrokerQueue& QueueOf(BrokerId leader);
  void DrainBroker(BrokerQueue& queue, DispatchWork* work);
  std::size_t DrainPartition(PartitionQueue& partition, TimePoint now, DispatchWork* work,
                             std::size_t* bytes);
  void Probe(BrokerQueue& queue, TimePoint now, DispatchWork* work);
  void MaybeLinger(BrokerQueue& queue, TimePoint now);
  void EndLinger(BrokerQueue& queue);

  const AccumulatorOptions& options_;
  TopicBacklogs& backlogs_;
  LingerSignals& signals_;
  const Clock& clock_;
  std::map<BrokerId, std::unique_ptr<BrokerQueue>> queues_;
  std::size_t in_flight_ = 0;
  bool paused_ = false;
  bool stalled_ = false;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_
