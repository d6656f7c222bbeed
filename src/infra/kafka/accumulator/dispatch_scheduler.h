// Decides what is dispatched, to which broker, through which producer and when. A part of
// RecordAccumulator, guarded by its mutex.
//
// A broker has as many slots as its ConcurrencyLimit allows. While the limit is one round at a
// time, records for the broker stay queued until the round completes; then the scheduler dispatches
// them, one batch per partition, perhaps after a linger (linger_policy.h). With a higher limit it
// dispatches a batch whenever a slot is free, at the pace of the limit. A record for a broker that
// has nothing in flight and does not linger is dispatched at once.
//
// A partition whose batch takes much longer than is usual for its broker is detached: it gives up
// its slot and is dispatched separately. The scheduler dispatches nothing to a broker that is down
// or does not answer, except one batch as a probe if the broker has answered part of a round.
//
// Order: a partition may have batches in flight on several producers, but never two on one. A batch
// is exclusive if later records must be stored after it, because they belong to the same request,
// or because a request with a record in the batch has been answered. Nothing else of the partition
// is dispatched until an exclusive batch has been reported. The partition keeps this state, not the
// broker, so it survives leader changes.
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
  void Assign(PartitionQueue& partition, PartitionLeader leader);

  void SetUp(BrokerId broker, bool up) { QueueOf(broker).up = up; }
  // librdkafka received something from the broker at that time.
  void OnHeard(BrokerId broker, TimePoint at);

  // Nothing is dispatched until Resume. Resume assumes that every broker is up, because one new
  // producer has replaced all earlier ones.
  void Pause() { paused_ = true; }
  void Resume();
  // Nothing is dispatched until the next report or Tick: librdkafka's queue is full.
  void Stall() { stalled_ = true; }
  void EndStall() { stalled_ = false; }

  // The first `producers` take batches, at least one.
  void SetProducers(std::size_t producers) { producers_ = producers; }
  // The number of producers that recent dispatches could use, at most
  // AccumulatorOptions::max_producers.
  std::size_t WantedProducers() const;
  // True if records are in flight on the producer, or only it may take the next batch of a
  // partition.
  bool Needs(std::size_t producer) const;

  // Moves the batches that may be dispatched to `work`.
  void Drain(DispatchWork* work);

  // librdkafka reported `count` records of the partition's batch on `producer`. `stored`: at least
  // one of them was stored.
  void OnReported(PartitionQueue& partition, std::size_t producer, std::size_t count, bool stored,
                  TimePoint now);
  // librdkafka did not take `count` records of the partition's batch.
  void OnReturned(PartitionQueue& partition, std::size_t producer, std::size_t count);
  // Records dispatched from now on must be stored after the record with that order number, which
  // may be in flight.
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
  BrokerQueue& QueueOf(PartitionLeader leader);
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
