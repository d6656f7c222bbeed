#include "infra/kafka/accumulator/linger_timers.h"

#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/linger_policy.h"

namespace gateway {

void LingerTimers::Begin(BrokerQueue& queue, BrokerQueue::Linger why, TimePoint until) {
  queue.linger = why;
  queue.linger_until = until;
  signals_.lingering.fetch_add(1);
}

// EndFutile decides whether other brokers are worth lingering for, once all reports of the event
// have been processed.
void LingerTimers::BeginAfterRound(BrokerQueue& queue, TimePoint now) {
  if (!linger_policy::MayLinger(queue)) return;
  const auto why =
      signals_.bursts.load() > 0 ? BrokerQueue::Linger::kForBurst : BrokerQueue::Linger::kForOthers;
  Begin(queue, why, now + linger_policy::MaxLinger(why, queue.usual_round));
  // Each side writes its own counter before it reads the other's. So either this thread sees that
  // the burst is over, or EndBurst sees that a broker lingers.
  if (why == BrokerQueue::Linger::kForBurst && signals_.bursts.load() == 0) End(queue);
}

void LingerTimers::End(BrokerQueue& queue) {
  if (std::exchange(queue.linger, BrokerQueue::Linger::kNone) == BrokerQueue::Linger::kNone) return;
  signals_.lingering.fetch_sub(1);
}

void LingerTimers::EndForBurst() {
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger == BrokerQueue::Linger::kForBurst) End(*queue);
  }
}

void LingerTimers::EndFutile(TimePoint now) {
  const auto worthwhile = [this, now](const BrokerQueue& queue) {
    return std::any_of(queues_.begin(), queues_.end(), [&queue, now](const auto& entry) {
      return linger_policy::IsWorthLingeringFor(*entry.second, queue, now);
    });
  };
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger_until <= now ||
        (queue->linger == BrokerQueue::Linger::kForOthers && !worthwhile(*queue))) {
      End(*queue);
    }
  }
}

void LingerTimers::EndExpired(TimePoint now) {
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger_until <= now) End(*queue);
  }
}

LingerTimers::TimePoint LingerTimers::NextEnd() const {
  TimePoint next = TimePoint::max();
  for (const auto& [leader, queue] : queues_) {
    if (queue->linger != BrokerQueue::Linger::kNone) next = std::min(next, queue->linger_until);
  }
  return next;
}

}  // namespace gateway
