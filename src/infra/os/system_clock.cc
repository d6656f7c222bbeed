#include "infra/os/system_clock.h"

#include <chrono>

namespace gateway {

Clock::TimePoint SystemClock::Now() const { return std::chrono::steady_clock::now(); }

TimestampMs SystemClock::UnixMillis() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace gateway
