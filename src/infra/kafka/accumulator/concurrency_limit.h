// How many batches may be in flight to one broker at a time. On the loopback a broker's cost is per
// request, so few and large requests are best; on a network requests that are under way cost
// nothing, and a record that waits for others to return waits a part of the round trip. Which of
// them a broker is shows in its acknowledgement times: as long as they stay near the least seen
// lately, more batches may be in flight; when they rise, something on the way queues, and fewer
// may. This is congestion control by delay (TCP Vegas, BBR).
//
// Plain values, no clock, no lock: a part of BrokerQueue.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_CONCURRENCY_LIMIT_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_CONCURRENCY_LIMIT_H_

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>

#include "service/ports/clock.h"

namespace gateway {

// A batch is one request, and librdkafka has at most so many under way per connection
// (max.in.flight.requests.per.connection of an idempotent producer).
inline constexpr std::size_t kSlotsPerProducer = 5;

class ConcurrencyLimit final {
 public:
  using TimePoint = Clock::TimePoint;
  using Duration = TimePoint::duration;

  // A batch was acknowledged `latency` after its dispatch. `limited`: records wait for a slot.
  // `producers`: how many there may be.
  void OnAcknowledged(Duration latency, bool limited, std::size_t producers, TimePoint now) {
    RecordLeast(latency, now);
    latency_ = latency_ == Duration() ? latency : latency_ + (latency - latency_) / 8;
    if (now - adjusted_ < latency_) return;  // what changed last does not show yet
    adjusted_ = now;
    const Duration least = Least();
    if (least < kWorthwhile || latency_ * 2 > least * 3) {
      producers_ *= kShrink;
    } else if (limited && latency_ * 4 < least * 5) {
      producers_ += 1.0;
    }
    const auto most = static_cast<double>(std::max<std::size_t>(producers, 1));
    producers_ = std::clamp(producers_, 1.0, most);
  }

  // One dispatch round at a time, of all partitions that have records: the next one when nothing is
  // in flight.
  bool one_round() const { return producers_ < kOverlap; }
  // Otherwise: so many batches at a time,
  std::size_t slots() const {
    return static_cast<std::size_t>(producers_ * static_cast<double>(kSlotsPerProducer));
  }
  // worth so many producers,
  std::size_t producers() const { return static_cast<std::size_t>(std::lround(producers_)); }
  // dispatched at least so long after each other, so that they are not too small: a part of the
  // round trip, and of the time that they would queue for elsewhere.
  Duration pace() const {
    return std::clamp<Duration>(latency_ / 6 + (latency_ - std::min(latency_, Least())) * 3 / 10,
                                kLeastPace, kMostPace);
  }
  // What an acknowledgement takes at present.
  Duration latency() const { return latency_; }

 private:
  // A shorter round trip than this is not worth overlapping.
  static constexpr std::chrono::microseconds kWorthwhile{500};
  static constexpr double kShrink = 0.75;
  static constexpr double kOverlap = 1.5;  // below that it is one round at a time
  static constexpr std::chrono::microseconds kLeastPace{500};
  static constexpr std::chrono::milliseconds kMostPace{4};
  static constexpr std::chrono::seconds kWindow{10};

  Duration Least() const { return std::min(least_, least_before_); }
  // The least of the last one to two windows.
  void RecordLeast(Duration latency, TimePoint now) {
    if (now - window_began_ > kWindow) {
      least_before_ = now - window_began_ > 2 * kWindow ? Duration::max() : least_;
      least_ = latency;
      window_began_ = now;
    }
    least_ = std::min(least_, latency);
  }

  double producers_ = 1;  // the limit, in producers with all their slots
  Duration latency_{};    // moving average
  Duration least_ = Duration::max();
  Duration least_before_ = Duration::max();
  TimePoint window_began_{};
  TimePoint adjusted_{};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_CONCURRENCY_LIMIT_H_
