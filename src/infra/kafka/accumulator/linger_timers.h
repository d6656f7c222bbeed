// Which brokers linger, why, and until when: because of linger_policy.h, or to keep the pace of
// their ConcurrencyLimit. A part of DispatchScheduler, guarded by the accumulator's mutex.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_TIMERS_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_TIMERS_H_

#include <atomic>
#include <map>
#include <memory>

#include "infra/kafka/accumulator/broker_queue.h"
#include "infra/kafka/types/topic_layout.h"
#include "service/ports/clock.h"

namespace gateway {

using BrokerQueues = std::map<PartitionLeader, std::unique_ptr<BrokerQueue>>;

// Counters that a RecordAccumulator and its LingerTimers share without the mutex.
struct LingerSignals {
  std::atomic<int> bursts{0};     // I/O threads that work through a burst
  std::atomic<int> lingering{0};  // brokers that linger; changed with the mutex held
};

class LingerTimers final {
 public:
  using TimePoint = Clock::TimePoint;

  // Both must outlive it.
  LingerTimers(const BrokerQueues& queues, LingerSignals& signals)
      : queues_(queues), signals_(signals) {}
  LingerTimers(const LingerTimers&) = delete;
  LingerTimers& operator=(const LingerTimers&) = delete;

  void Begin(BrokerQueue& queue, BrokerQueue::Linger why, TimePoint until);
  // The broker's round has just completed: it lingers if the policy allows that.
  void BeginAfterRound(BrokerQueue& queue, TimePoint now);
  // Does nothing if the broker does not linger.
  void End(BrokerQueue& queue);

  // A burst is over: ends the lingers for bursts.
  void EndForBurst();
  // Ends the lingers that have expired or have nothing left to wait for. Call it once all reports
  // of an event have been processed.
  void EndFutile(TimePoint now);
  // Ends the lingers that have expired.
  void EndExpired(TimePoint now);
  // When the next linger expires; max() if no broker lingers.
  TimePoint NextEnd() const;

 private:
  const BrokerQueues& queues_;
  LingerSignals& signals_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_TIMERS_H_
