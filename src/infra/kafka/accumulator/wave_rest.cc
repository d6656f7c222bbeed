// The part of WaveQueue that waits on purpose: a lane whose wave is back, and which has records at
// hand, may rest for a moment, so that its next wave is larger. Brokers are busy by the request,
// not by the record, and so are the threads that a wave passes. A lane that has nothing at hand
// does not rest: what comes to it then goes at once.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/wave_queue.h"

namespace gateway {
namespace {

constexpr int kMuch = 2;   // times as long
constexpr int kSmall = 4;  // times as few
// However long waves usually take: after an outage that is no measure.
constexpr std::chrono::milliseconds kMostRest{10};

}  // namespace

// Each side writes what the other reads before it reads what the other writes: either the lane sees
// that the burst is over, or the burst sees that a lane rests.
void WaveQueue::BeginBurst() { bursts_.fetch_add(1); }

void WaveQueue::EndBurst() {
  bursts_.fetch_sub(1);
  if (resting_.load() == 0) return;
  Work work;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [leader, lane] : lanes_) {
      if (lane->rest == WaveLane::Rest::kForBurst) Wake(*lane);
    }
    TakeAll(&work);
  }
  Run(std::move(work));
}

Clock::TimePoint::duration WaveQueue::GoOn() {
  if (resting_.load() == 0) return TimePoint::duration::max();
  auto next = TimePoint::max();
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (const auto& [leader, lane] : lanes_) {
      if (lane->rest == WaveLane::Rest::kNone) continue;
      if (lane->rest_until <= now) {
        Wake(*lane);
      } else {
        next = std::min(next, lane->rest_until);
      }
    }
    TakeAll(&work);
  }
  Run(std::move(work));
  return next == TimePoint::max() ? TimePoint::duration::max()
                                  : std::max(next - clock_.Now(), TimePoint::duration(0));
}

// The lane's wave has come back just now. Whether others are worth waiting for is seen when all
// that came together has been looked at.
void WaveQueue::MayRest(WaveLane& lane, TimePoint now) {
  if (!lane.up || lane.turns.empty()) return;
  if (lane.full) return;  // the next wave is large enough as it is
  if (bursts_.load() > 0) {
    Rest(lane, WaveLane::Rest::kForBurst,
         now + std::min<TimePoint::duration>(lane.usual, kMostRest));
    if (bursts_.load() == 0) Wake(lane);
  } else {
    Rest(lane, WaveLane::Rest::kForOthers,
         now + std::min<TimePoint::duration>(lane.usual / 2, kMostRest));
  }
}

void WaveQueue::WakeRested(TimePoint now) {
  for (const auto& [leader, lane] : lanes_) {
    if (lane->rest_until <= now ||
        (lane->rest == WaveLane::Rest::kForOthers && !OthersAreDue(*lane, now))) {
      Wake(*lane);
    }
  }
}

// Some other wave is out that is about to come back and of the same kind. One that is small, of a
// broker that is much slower, or later than it usually is, is not worth half a wave.
bool WaveQueue::OthersAreDue(const WaveLane& lane, TimePoint now) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&lane, now](const auto& entry) {
    const WaveLane& other = *entry.second;
    return other.up && other.out != 0 && other.sent * kSmall >= lane.sent &&
           other.usual <= lane.usual * kMuch && now - other.began <= other.usual * kMuch;
  });
}

void WaveQueue::Rest(WaveLane& lane, WaveLane::Rest why, TimePoint until) {
  lane.rest = why;
  lane.rest_until = until;
  resting_.fetch_add(1);
}

void WaveQueue::Wake(WaveLane& lane) {
  if (std::exchange(lane.rest, WaveLane::Rest::kNone) == WaveLane::Rest::kNone) return;
  resting_.fetch_sub(1);
}

}  // namespace gateway
