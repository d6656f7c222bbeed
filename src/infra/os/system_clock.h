// The Clock of the system. Stateless; any thread.
#ifndef GATEWAY_INFRA_OS_SYSTEM_CLOCK_H_
#define GATEWAY_INFRA_OS_SYSTEM_CLOCK_H_

#include "service/ports/clock.h"
#include "service/types/record.h"

namespace gateway {

class SystemClock final : public Clock {
 public:
  TimePoint Now() const override;
  TimestampMs UnixMillis() const override;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_SYSTEM_CLOCK_H_
