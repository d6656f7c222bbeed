// Checks that the essential threads are responsive. Each has a Heartbeat. The main thread calls
// Tick once per second, which asks threads that may be asleep to beat; a thread that has not beaten
// within its limit is stuck. The limit is counted in ticks as well as in time, so that a process
// that was stopped or starved as a whole is not reported as dead when it continues.
//
// Add all heartbeats before the first Tick and Check. After that any thread may call anything
// except Tick, which belongs to one thread.
#ifndef GATEWAY_SERVICE_HEALTH_LIVENESS_H_
#define GATEWAY_SERVICE_HEALTH_LIVENESS_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "service/ports/clock.h"

namespace gateway {

// A responsive thread calls Beat, which takes some tens of nanoseconds.
class Heartbeat final {
 public:
  explicit Heartbeat(const Clock& clock) : clock_(clock), last_(Ticks(clock.Now())) {}

  void Beat() {
    last_.store(Ticks(clock_.Now()), std::memory_order_relaxed);
    beats_.fetch_add(1, std::memory_order_release);
  }

 private:
  friend class Liveness;
  static Clock::TimePoint::rep Ticks(Clock::TimePoint time) {
    return time.time_since_epoch().count();
  }

  const Clock& clock_;
  std::atomic<Clock::TimePoint::rep> last_;
  std::atomic<std::uint64_t> beats_{0};
};

class Liveness final {
 public:
  static constexpr std::chrono::seconds kTick{1};

  struct Thread {
    std::string_view name;
    std::chrono::milliseconds age{};  // since its last beat: about a second normally
    bool stuck = false;
  };

  explicit Liveness(const Clock& clock) : clock_(clock) {}

  // `ask` makes the thread call Beat as soon as it can, and does not wait for it; empty for a
  // thread that beats more often than once per second anyway.
  Heartbeat& Add(std::string name, std::chrono::seconds limit,
                 std::function<void(Heartbeat&)> ask = {});

  // Call once per second; earlier calls do nothing.
  void Tick();

  std::vector<Thread> Check() const;

 private:
  struct Watched {
    explicit Watched(const Clock& clock) : heartbeat(clock) {}

    std::string name;
    std::chrono::seconds limit{};
    std::function<void(Heartbeat&)> ask;
    Heartbeat heartbeat;
    std::uint64_t seen = 0;      // beats at the last tick
    bool asked = false;          // asked to beat, and no beat since
    std::atomic<int> missed{0};  // ticks since its last beat
  };

  const Clock& clock_;
  std::list<Watched> watched_;  // a list, because heartbeats must not move
  Clock::TimePoint ticked_{};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_HEALTH_LIVENESS_H_
