// How many batches may be in flight to one broker at a time. On the loopback interface a broker's
// cost is per request, so few and large requests are best. On a network, requests in flight cost
// nothing, and a record that waits for other requests to complete loses part of a round trip. The
// acknowledgement times tell the two cases apart: while they stay near the least of the last
// seconds, the limit rises; when they grow, requests queue somewhere on the way, and the limit
// falls. This is delay-based congestion control (TCP Vegas, BBR).
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

// A batch is one request, and librdkafka keeps at most this many in flight per connection
// (max.in.flight.requests.per.connection of an idempotent producer).
inline constexpr std::size_t kSlotsPerProducer = 5;

class ConcurrencyLimit final {
 public:
  using TimePoint = Clock::TimePoint;
  using Duration = TimePoint::duration;

  // A batch was acknowledged `latency` after its dispatch. `limited`: records wait for a slot.
  // `producers`: the maximum number of producers.
  void OnAcknowledged(Duration latency, bool limited, std::size_t producers, TimePoint now) {
    RecordLeast(latency, now);
    latency_ = latency_ == Duration() ? latency : latency_ + (latency - latency_) / 8;
    if (now - adjusted_ < latency_) return;  // the last change does not show yet
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

  // True: one dispatch round at a time, of all partitions that have records; the next round begins
  // when nothing is in flight.
  bool one_round() const { return producers_ < kOverlap; }
  // Otherwise the maximum number of batches in flight.
  std::size_t slots() const {
    return static_cast<std::size_t>(producers_ * static_cast<double>(kSlotsPerProducer));
  }
  // The limit in producers.
  std::size_t producers() const { return static_cast<std::size_t>(std::lround(producers_)); }
  // The minimum time between two dispatches, so that batches do not become too small: a part of the
  // round trip, and a part of the time for which batches queue on the way.
  Duration pace() const {
    return std::clamp<Duration>(latency_ / 6 + (latency_ - std::min(latency_, Least())) * 3 / 10,
                                kLeastPace, kMostPace);
  }
  // The time from a dispatch to its acknowledgement, as a moving average.
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
  // Keeps the least latency of the last one to two windows.
  void RecordLeast(Duration latency, TimePoint now) {
    if (now - window_began_ > kWindow) {
      least_before_ = now - window_began_ > 2 * kWindow ? Duration::max() : least_;
      least_ = latency;
      window_began_ = now;
    }
    least_ = std::min(least_, latency);
  }

  double producers_ = 1;  // the limit, in producers that use all their slots
  Duration latency_{};    // moving average
  Duration least_ = Duration::max();
  Duration least_before_ = Duration::max();
  TimePoint window_began_{};
  TimePoint adjusted_{};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_CONCURRENCY_LIMIT_H_
