// Decides what is dispatched, to which broker, through which producer and when. A part of
// RecordAccumulator, guarded by its mutex.
//
// A broker has as many slots as its ConcurrencyLimit allows. As long as that is one round at a
// time, records for the broker are queued while a round is in flight; when its last report is in,
// what has accumulated is dispatched, one batch for each partition, perhaps after a linger
// (linger_policy.h). Beyond that a batch is dispatched whenever a slot is free, at the pace of the
// limit. A record for a broker to which nothing is in flight is dispatched at once.
//
// A partition whose batch takes much longer than its broker's usually do is detached: it gives up
// its slot, and is dispatched separately. A broker that is down, or does not answer, gets nothing,
// except for one batch as a probe of a broker that answered a part of what it was sent.
//
// Order: a partition may have batches in flight on several producers, never two on one. A batch is
// exclusive, and nothing else of its partition is dispatched until it is reported, if later records
// have to be stored later: because they are of the same request, or because a request whose record
// is in the batch has been answered. That is the partition's own state, not the broker's, so it
// holds across leader changes too.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "infra/kafka/accumulator/accumulator_options.h"
#include "infra/kafka/accumulator/broker_queue.h"
#include "infra/kafka/accumulator/dispatch_work.h"
#include "infra/kafka/accumulator/linger_timers.h"
#include "infra/kafka/accumulator/producer_demand.h"
#include "infra/kafka/accumulator/topic_backlogs.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

class DispatchScheduler final {
 public:
  using TimePoint = Clock::TimePoint;

  // All must outlive it.
  DispatchScheduler(const AccumulatorOptions& options, TopicBacklogs& backlogs,
                    LingerSignals& signals, const Clock& clock)
      : options_(options), backlogs_(backlogs), clock_(clock), lingers_(queues_, signals) {}
  DispatchScheduler(const DispatchScheduler&) = delete;
  DispatchScheduler& operator=(const DispatchScheduler&) = delete;

  // The partition's leader is `leader` from now on.
  void Assign(PartitionQueue& partition, BrokerId leader);

  void SetUp(BrokerId broker, bool up) { QueueOf(broker).up = up; }
  // Something came from the broker at that time.
  void OnHeard(BrokerId broker, TimePoint at);

  // Nothing is dispatched until Resume, which takes every broker for up: another producer has
  // replaced all that there were.
  void Pause() { paused_ = true; }
  void Resume();
  // Nothing is dispatched until the next report or Tick: librdkafka's queue is full.
  void Stall() { stalled_ = true; }
  void EndStall() { stalled_ = false; }

  // The first `producers` take batches, at least one.
  void SetProducers(std::size_t producers) { producers_ = producers; }
  // How many dispatches lately had a use for, at most AccumulatorOptions::max_producers.
  std::size_t WantedProducers() const;
  // Something is in flight through the producer, or only it may take the next batch of a partition.
  bool Needs(std::size_t producer) const;

  // Takes what may be dispatched.
  void Drain(DispatchWork* work);

  // Of the partition's batch on `producer` `count` records were reported; `stored`: at least one
  // was stored.
  void OnReported(PartitionQueue& partition, std::size_t producer, std::size_t count, bool stored,
                  TimePoint now);
  // `count` records of the partition's batch were not taken by librdkafka.
  void OnReturned(PartitionQueue& partition, std::size_t producer, std::size_t count);
  // What is sent from now on must be stored after the record of that order number, which may be in
  // flight.
  static void MakeExclusive(PartitionQueue& partition, std::uint64_t order);
  // The producer gave up a record of the partition that may still be stored.
  static void Suspect(PartitionQueue& partition, std::size_t producer);

  // Detaches stragglers and probes brokers that have gone quiet. Once per Tick.
  void CheckStragglers(TimePoint now, DispatchWork* work);

  LingerTimers& lingers() { return lingers_; }

  std::size_t in_flight() const { return in_flight_; }
  // Records are queued for a broker that is not up, or for no leader at all.
  bool WaitsForLeader() const;
  // When the oldest batch that has a slot was dispatched; `now` if there is none.
  TimePoint OldestDispatch(TimePoint now) const;

 private:
  BrokerQueue& QueueOf(BrokerId leader);
  bool MayDispatch(BrokerQueue& queue, DispatchWork* work);
  void DrainBroker(BrokerQueue& queue, DispatchWork* work);
  std::size_t SlotsOf(const BrokerQueue& queue) const;
  void WantFor(const BrokerQueue& queue, std::size_t batches, bool unmet, TimePoint now);
  std::optional<std::size_t> ChooseProducer(const BrokerQueue& queue, PartitionQueue& partition,
                                            std::size_t batches) const;
  InFlightBatch* DrainPartition(PartitionQueue& partition, std::size_t producer, TimePoint now,
                                DispatchWork* work, std::size_t* bytes);
  void DrainDetached(BrokerQueue& queue, DispatchWork* work);
  void RotateSticky(PartitionQueue& drained);
  TimePoint::duration Patience(const BrokerQueue& queue) const;
  void Probe(BrokerQueue& queue, TimePoint now, DispatchWork* work);

  const AccumulatorOptions& options_;
  TopicBacklogs& backlogs_;
  const Clock& clock_;
  BrokerQueues queues_;
  LingerTimers lingers_;
  std::size_t producers_ = 1;
  ProducerDemand demand_;
  std::size_t in_flight_ = 0;
  bool paused_ = false;
  bool stalled_ = false;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_SCHEDULER_H_
