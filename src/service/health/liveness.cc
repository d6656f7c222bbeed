#include "service/health/liveness.h"

#include <utility>

namespace gateway {

Heartbeat& Liveness::Add(std::string name, std::chrono::seconds limit,
                         std::function<void(Heartbeat&)> ask) {
  Watched& added = watched_.emplace_back(clock_);
  added.name = std::move(name);
  added.limit = limit;
  added.ask = std::move(ask);
  return added.heartbeat;
}

void Liveness::Tick() {
  const Clock::TimePoint now = clock_.Now();
  if (now - ticked_ < kTick) return;
  ticked_ = now;
  for (Watched& watched : watched_) {
    const std::uint64_t beats = watched.heartbeat.beats_.load(std::memory_order_acquire);
    if (beats != std::exchange(watched.seen, beats)) {
      watched.missed.store(0);
      watched.asked = false;
    } else if (watched.asked || !watched.ask) {
      watched.missed.fetch_add(1);
    }
    // One request to beat at a time: they must not pile up for a stuck thread.
    if (watched.ask && !std::exchange(watched.asked, true)) watched.ask(watched.heartbeat);
  }
}

std::vector<Liveness::Thread> Liveness::Check() const {
  const Clock::TimePoint now = clock_.Now();
  std::vector<Thread> threads;
  for (const Watched& watched : watched_) {
    const Clock::TimePoint last{
        Clock::TimePoint::duration(watched.heartbeat.last_.load(std::memory_order_relaxed))};
    Thread thread;
    thread.name = watched.name;
    thread.age = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
    thread.stuck = thread.age >= watched.limit && watched.missed.load() * kTick >= watched.limit;
    threads.push_back(thread);
  }
  return threads;
}

}  // namespace gateway
