// Which brokers linger, why, and until when. Brokers linger by linger_policy.h, or for the pace of
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

using BrokerQueues = std::map<BrokerId, std::unique_ptr<BrokerQueue>>;

// What a RecordAccumulator and its timers tell each other without the mutex.
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
  // The round of the broker has just completed: it lingers if the policy allows that.
  void BeginAfterRound(BrokerQueue& queue, TimePoint now);
  // Does nothing if the broker does not linger.
  void End(BrokerQueue& queue);

  // No burst is left to linger for.
  void EndForBurst();
  // Once all reports of an event have been taken in: ends those that have nothing left to wait for.
  void EndFutile(TimePoint now);
  // Ends those whose time is over.
  void EndExpired(TimePoint now);
  // When the time of the next one is over; max() if none lingers.
  TimePoint NextEnd() const;

 private:
  const BrokerQueues& queues_;
  LingerSignals& signals_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_TIMERS_H_
