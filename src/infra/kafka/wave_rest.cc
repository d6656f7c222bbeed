// The part of WaveQueue that waits on purpose: a lane whose wave is back, and which has records at
// hand, may rest for a moment, so that its next wave is larger. Brokers are busy by the request,
// not by the record, and so are the threads that a wave passes. A lane that has nothing at hand
// does not rest: what comes to it then goes at once.
#include <algorithm>
#include <utility>

#include "kafka/wave_queue.h"

namespace gateway {

// Each side writes what the other reads before it reads what the other writes: either the lane sees
// that the burst is over, or the burst sees that a lane rests.
void WaveQueue::BeginBurst() { bursts_.fetch_add(1); }

void WaveQueue::EndBurst() {
  bursts_.fetch_sub(1);
  if (resting_.load() == 0) return;
  Work work;
  {
    const std::lock_guard lock(mutex_);
    WakeAll(WaveLane::Rest::kForBurst);
    TakeAll(&work);
  }
  Run(std::move(work));
}

Clock::TimePoint::duration WaveQueue::GoOn() {
  auto next = TimePoint::duration::max();
  if (resting_.load() == 0) return next;
  Work work;
  {
    const std::lock_guard lock(mutex_);
    const TimePoint now = clock_.Now();
    for (const auto& [leader, lane] : lanes_) {
      if (lane->rest == WaveLane::Rest::kNone) continue;
      if (lane->rest_until <= now) {
        Wake(*lane);
      } else {
        next = std::min(next, lane->rest_until - now);
      }
    }
    TakeAll(&work);
  }
  Run(std::move(work));
  return next;
}

// Of the lanes whose wave has come back just now; the others go on if they waited for it.
void WaveQueue::RestOrGoOn(TimePoint now) {
  for (const auto& [leader, lane] : lanes_) {
    if (!std::exchange(lane->just_back, false) || !lane->Idle() || lane->turns.empty()) continue;
    if (lane->usual <= TimePoint::duration(1)) continue;  // half of it is nothing
    if (bursts_.load() > 0) {
      Rest(*lane, WaveLane::Rest::kForBurst, now + lane->usual);
      if (bursts_.load() == 0) Wake(*lane);
    } else {
      Rest(*lane, WaveLane::Rest::kForOthers, now + lane->usual / 2);
    }
  }
  const auto is_out = [](const auto& entry) { return entry.second->up && entry.second->out != 0; };
  if (std::none_of(lanes_.begin(), lanes_.end(), is_out)) WakeAll(WaveLane::Rest::kForOthers);
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

void WaveQueue::WakeAll(WaveLane::Rest why) {
  for (const auto& [leader, lane] : lanes_) {
    if (lane->rest == why) Wake(*lane);
  }
}

}  // namespace gateway
