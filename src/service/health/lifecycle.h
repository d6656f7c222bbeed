// The state of the process, which only moves forward: serving, stopping, draining. Any thread. How
// the process ends after a signal (app/gateway.cc implements it, docs/adr/0014 has the reasons):
//
//  1. The gateway is not ready. During Shutdown:GraceMs it keeps serving and accepting connections,
//     but every answer says "Connection: close", so that clients' pools empty.
//  2. The listeners close. Requests on the open connections are still served, each answer being the
//     last of its connection. The producer keeps accepting records, and flushes.
//  3. A connection that has been silent for a moment (http::ConnectionLimits::settle) is read once
//     more and closed, so that a request on its way finds it open.
//  4. When no connection can send any more, or the drain has ended, the producer refuses records.
//     It has the rest of Shutdown:DrainTimeoutMs for the records that it accepted.
//  5. The producer then abandons the remaining records, each with its known persistence, and the
//     last answers are sent.
//
// The end of the drain is the deadline of all records and requests, so sends that arrive shortly
// before it are refused.
#ifndef GATEWAY_SERVICE_HEALTH_LIFECYCLE_H_
#define GATEWAY_SERVICE_HEALTH_LIFECYCLE_H_

#include <atomic>
#include <chrono>

#include "service/ports/clock.h"

namespace gateway {

class Lifecycle final {
 public:
  // Sends that arrive less than this before the end of the drain are refused: their records would
  // fail without a chance to be sent, which is worse than a 503.
  static constexpr std::chrono::milliseconds kLastIntake{500};

  // From here on readiness is false; requests are still served.
  void BeginShutdown() { stopping_.store(true, std::memory_order_release); }
  // Records still queued or in flight at `end` are abandoned.
  void BeginDrain(Clock::TimePoint end) {
    BeginShutdown();
    end_.store(end, std::memory_order_release);
  }
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  // False if a send that arrives now must be answered with kDraining.
  bool TakesSends(Clock::TimePoint now) const {
    return now <= end_.load(std::memory_order_acquire) - kLastIntake;
  }

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<Clock::TimePoint> end_{Clock::TimePoint::max()};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_HEALTH_LIFECYCLE_H_
