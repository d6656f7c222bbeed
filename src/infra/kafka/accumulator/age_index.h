// Knows how old queued records are without storing a time in each: records are numbered as they are
// queued, and each tick stores a mark with the numbers given by then. Not thread-safe: its owner
// locks.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_AGE_INDEX_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_AGE_INDEX_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "service/ports/clock.h"

namespace gateway {

class AgeIndex final {
 public:
  using TimePoint = Clock::TimePoint;

  std::uint64_t next_order() const { return next_order_; }
  std::uint64_t TakeOrder() { return next_order_++; }

  // Notes that all numbers so far were given by `now`. Drops marks older than `max_age`.
  void Mark(TimePoint now, TimePoint::duration max_age) {
    while (!marks_.empty() && now - marks_.front().at > max_age) marks_.pop_front();
    marks_.push_back({now, next_order_});
  }

  // Every record with a number below the result is at least `age` old. 0: none is known to be.
  std::uint64_t OlderThan(TimePoint now, TimePoint::duration age) const {
    std::uint64_t order = 0;
    for (const Given& mark : marks_) {
      if (now - mark.at < age) break;
      order = mark.order;
    }
    return order;
  }

  // The time by which the number had been given; absent if it was given after the last mark.
  std::optional<TimePoint> GivenBy(std::uint64_t order) const {
    const auto mark = std::find_if(marks_.begin(), marks_.end(),
                                   [order](const Given& given) { return given.order > order; });
    if (mark == marks_.end()) return std::nullopt;
    return mark->at;
  }

 private:
  struct Given {
    TimePoint at;
    std::uint64_t order = 0;  // every lower number had been given
  };
  std::deque<Given> marks_;
  std::uint64_t next_order_ = 1;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_AGE_INDEX_H_
