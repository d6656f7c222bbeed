// Adaptive linger: when a broker's round completes and records are queued for it, the next round
// may be delayed briefly so that it is larger, because brokers, and the threads on the way, work
// per request and not per record. A broker with nothing queued does not linger: the next record for
// it is dispatched at once. Pure functions of plain values.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_POLICY_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_POLICY_H_

#include <algorithm>
#include <chrono>

#include "infra/kafka/accumulator/broker_queue.h"

namespace gateway::linger_policy {

// However long rounds usually take: after an outage, the usual time means nothing.
inline constexpr std::chrono::milliseconds kMaxLinger{10};

// How long a broker whose rounds take `usual_round` may linger.
inline BrokerQueue::TimePoint::duration MaxLinger(BrokerQueue::Linger why,
                                                  BrokerQueue::TimePoint::duration usual_round) {
  const auto share = why == BrokerQueue::Linger::kForBurst ? usual_round : usual_round / 2;
  return std::min<BrokerQueue::TimePoint::duration>(share, kMaxLinger);
}

// True if a broker whose round has just completed can gain from lingering: records are queued for
// it, but not so many that the next round is full anyway.
inline bool MayLinger(const BrokerQueue& queue) {
  return queue.up && !queue.turns.empty() && !queue.hit_limit;
}

// True if `queue` should linger for the round of `other`, which is in flight: it is about to
// complete and comparable, that is not much smaller, not much slower, not overdue.
inline bool IsWorthLingeringFor(const BrokerQueue& other, const BrokerQueue& queue,
                                BrokerQueue::TimePoint now) {
  constexpr int kMaxSlowdown = 2;
  constexpr std::size_t kMinSizeRatio = 4;
  return other.up && other.in_flight != 0 &&
         other.round_records * kMinSizeRatio >= queue.round_records &&
         other.usual_round <= queue.usual_round * kMaxSlowdown &&
         now - other.round_began <= other.usual_round * kMaxSlowdown;
}

}  // namespace gateway::linger_policy

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_LINGER_POLICY_H_
