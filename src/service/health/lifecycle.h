// Where the process is in its life. One way only: serving, stopping, draining. Any thread may ask.
// How it ends, from the signal on (Gateway::Drain has the sequence, docs/adr/0014 the reasons):
//
//  1. Not ready. For Shutdown:GraceMs all goes on, and connections are still accepted, but every
//     answer says "Connection: close", so that pools empty while the door is open.
//  2. The door closes. What has connected by then is served for as long as it has requests, each
//     answer its connection's last. Kafka's producer goes on taking records, and flushes.
//  3. A connection on which nothing comes is read once more and closed when it has been silent for
//     a moment (http::ConnectionLimits::settle): a request on its way finds it open.
//  4. No connection can ask any more, or the drain has ended: the producer takes no more records,
//     and what is left of Shutdown:DrainTimeoutMs is for those that it has.
//  5. Then it gives the rest up, each with what is known of it, and the last answers go out.
//
// The drain's end is the deadline of all that is under way, so what comes just before is refused.
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
