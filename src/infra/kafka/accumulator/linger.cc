// Adaptive linger: when a broker's round completes and records are queued for it, the next round
// may be delayed briefly so that it is larger, because the cost of a broker, and of the threads on
// the way, is per request and not per record. A broker with nothing queued does not linger: what
// comes for it then is dispatched at once.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/record_accumulator.h"

namespace gateway {
namespace {

constexpr int kMaxSlowdown = 2;   // times as long
constexpr int kMinSizeRatio = 4;  // times as small
// However long rounds usually take: after an outage that is no measure.
constexpr std::chrono::milliseconds kMaxLinger{10};

}  // namespace

// Each side writes what the other reads before it reads what the other writes: either the queue
// sees that the burst is over, or the burst sees that a queue lingers.
void RecordAccumulator::BeginBurst() { bursts_.fetch_add(1); }

void RecordAccumulator::EndBurst() {
  bursts_.fetch_sub(1);
  if (lingering_.load() == 0) return;
  Work work;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [leader, queue] : broker_queues_) {
      if (queue->linger == BrokerQueue::Linger::kForBurst) EndLinger(*queue);
    }
    DrainReady(&work);
  }
  Run(std::move(work));
}

Clock::TimePoint::duration RecordAccumulator::ReleaseLingering() {
  if (lingering_.load() == 0) return TimePoint::duration::max();
  auto next = TimePoint::max();
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (const auto& [leader, queue] : broker_queues_) {
      if (queue->linger == BrokerQueue::Linger::kNone) continue;
      if (queue->linger_until <= now) {
        EndLinger(*queue);
      } else {
        next = std::min(next, queue->linger_until);
      }
    }
    DrainReady(&work);
  }
  Run(std::move(work));
  return next == TimePoint::max() ? TimePoint::duration::max()
                                  : std::max(next - clock_.Now(), TimePoint::duration(0));
}

// The broker's round has just completed. Whether others are worth waiting for is decided once all
// reports of the event have been taken in.
void RecordAccumulator::MaybeLinger(BrokerQueue& queue, TimePoint now) {
  if (!queue.up || queue.turns.empty()) return;
  if (queue.hit_limit) return;  // the next round is large enough as it is
  if (bursts_.load() > 0) {
    StartLinger(queue, BrokerQueue::Linger::kForBurst,
                now + std::min<TimePoint::duration>(queue.usual, kMaxLinger));
    if (bursts_.load() == 0) EndLinger(queue);
  } else {
    StartLinger(queue, BrokerQueue::Linger::kForOthers,
                now + std::min<TimePoint::duration>(queue.usual / 2, kMaxLinger));
  }
}

void RecordAccumulator::EndExpiredLingers(TimePoint now) {
  for (const auto& [leader, queue] : broker_queues_) {
    if (queue->linger_until <= now || (queue->linger == BrokerQueue::Linger::kForOthers &&
                                       !ComparableBrokersAboutToComplete(*queue, now))) {
      EndLinger(*queue);
    }
  }
}

// True if another broker's round is about to complete and is comparable: not much smaller, not much
// slower, not overdue.
bool RecordAccumulator::ComparableBrokersAboutToComplete(const BrokerQueue& queue,
                                                         TimePoint now) const {
  return std::any_of(
      broker_queues_.begin(), broker_queues_.end(), [&queue, now](const auto& entry) {
        const BrokerQueue& other = *entry.second;
        return other.up && other.in_flight != 0 && other.sent * kMinSizeRatio >= queue.sent &&
               other.usual <= queue.usual * kMaxSlowdown &&
               now - other.round_began <= other.usual * kMaxSlowdown;
      });
}

void RecordAccumulator::StartLinger(BrokerQueue& queue, BrokerQueue::Linger why, TimePoint until) {
  queue.linger = why;
  queue.linger_until = until;
  lingering_.fetch_add(1);
}

void RecordAccumulator::EndLinger(BrokerQueue& queue) {
  if (std::exchange(queue.linger, BrokerQueue::Linger::kNone) == BrokerQueue::Linger::kNone) return;
  lingering_.fetch_sub(1);
}

}  // namespace gateway
