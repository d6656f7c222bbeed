// The port for time, so that time-dependent code is tested without waiting.
#ifndef GATEWAY_SERVICE_PORTS_CLOCK_H_
#define GATEWAY_SERVICE_PORTS_CLOCK_H_

#include <chrono>

#include "service/types/record.h"

namespace gateway {

// Implementations are thread-safe and never block.
class Clock {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;           // monotonic
  virtual TimestampMs UnixMillis() const = 0;  // wall clock
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_CLOCK_H_
