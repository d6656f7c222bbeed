// How many producers are worth having: as many as recent dispatches could use. Plain values, no
// clock, no lock: a part of DispatchScheduler.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_PRODUCER_DEMAND_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_PRODUCER_DEMAND_H_

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>

#include "infra/kafka/accumulator/broker_queue.h"
#include "service/ports/clock.h"

namespace gateway {

class ProducerDemand final {
 public:
  using TimePoint = Clock::TimePoint;
  // A producer that no dispatch could use for this long is no longer wanted. Long, because a new
  // producer has to connect to every broker and get an id.
  static constexpr std::chrono::minutes kKeep{5};

  // A dispatch can use this many producers.
  void Want(std::size_t producers, TimePoint now) {
    for (std::size_t i = 1; i < std::min(producers, kMaxProducers); ++i)
      wanted_until_[i] = now + kKeep;
  }
  // The first is always wanted.
  std::size_t Count(TimePoint now) const {
    std::size_t count = kMaxProducers;
    while (count > 1 && wanted_until_[count - 1] <= now) --count;
    return count;
  }

 private:
  std::array<TimePoint, kMaxProducers> wanted_until_{};
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_PRODUCER_DEMAND_H_
