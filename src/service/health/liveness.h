// Whether the threads that everything hangs on still turn. Each has a Heartbeat. Once a second
// somebody calls Tick, which asks the threads that may be asleep to beat; a thread that did not for
// its limit is stuck. The limit is counted in ticks as well as in time, so that a process that was
// stopped or starved as a whole, and its ticks with it, is not called dead when it goes on.
//
// Heartbeats are added before Tick and Check are called; after that any thread may call anything,
// but Tick, which is for one.
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

// The thread turns: it calls Beat. Some tens of nanoseconds.
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
    std::chrono::milliseconds age{};  // since it last beat: a second or so if all is well
    bool stuck = false;
  };

  explicit Liveness(const Clock& clock) : clock_(clock) {}

  // `ask` has the thread call Beat on it as soon as it turns, and does not wait for it; empty for a
  // thread that beats by itself more often than once a second.
  Heartbeat& Add(std::string name, std::chrono::seconds limit,
                 std::function<void(Heartbeat&)> ask = {});

  // Due once a second; does nothing when it comes sooner.
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
    bool asked = false;          // and no beat since
    std::atomic<int> missed{0};  // ticks since it was seen to beat
  };

  const Clock& clock_;
  std::list<Watched> watched_;  // a list: they do not move
  Clock::TimePoint ticked_{};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_HEALTH_LIVENESS_H_
