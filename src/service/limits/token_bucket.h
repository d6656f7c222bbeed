// A token bucket: it holds at most `burst` tokens and gains `per_second` tokens per second; callers
// take tokens or wait for them. Its only state is the time at which it will be full again (the
// "theoretical arrival time" of the generic cell rate algorithm, ITU-T I.371), so that it needs no
// timer. Starts full. Any thread; one atomic, no lock.
#ifndef GATEWAY_SERVICE_LIMITS_TOKEN_BUCKET_H_
#define GATEWAY_SERVICE_LIMITS_TOKEN_BUCKET_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "service/ports/clock.h"

namespace gateway {

class TokenBucket final {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  // A bucket that refills completely within `refill`.
  struct Rate {
    std::int64_t burst = 1;               // tokens that it holds, from 1 to kMaxTokens
    Nanoseconds refill = Nanoseconds(1);  // from 1 ns to kMaxRefill
  };
  static constexpr std::int64_t kMaxTokens = 1'000'000'000'000'000;
  static constexpr Nanoseconds kMaxRefill = std::chrono::hours(1);

  // Takes `tokens` (from 1 to kMaxTokens), or none of them. Returns how long until they can be
  // taken; zero: they were. A request for more than the bucket can hold takes them when it is full,
  // and the bucket owes the rest, so that no caller waits forever.
  Nanoseconds Take(const Rate& rate, std::int64_t tokens, Clock::TimePoint now);
  // Takes them even if the bucket lacks them, for costs that have already occurred. The bucket owes
  // at most what it gains in kMaxRefill.
  void Charge(const Rate& rate, std::int64_t tokens, Clock::TimePoint now);
  // Gives back what Take took.
  void Return(const Rate& rate, std::int64_t tokens);
  // The rate changes: as many tokens are missing as before, but nothing is owed.
  void Rescale(const Rate& from, const Rate& to, Clock::TimePoint now);

  // The result that Take would have.
  Nanoseconds Wait(const Rate& rate, std::int64_t tokens, Clock::TimePoint now) const;
  // The tokens that are there, at least 0.
  std::int64_t Level(const Rate& rate, Clock::TimePoint now) const;
  bool IsFull(Clock::TimePoint now) const { return full_at_.load(kRelaxed) <= Nanos(now); }

 private:
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  static std::int64_t Nanos(Clock::TimePoint when) { return when.time_since_epoch().count(); }
  static std::int64_t CostOf(const Rate& rate, std::int64_t tokens);
  static std::int64_t WaitFor(const Rate& rate, std::int64_t cost, std::int64_t full_at,
                              std::int64_t now);
  static std::int64_t After(std::int64_t cost, std::int64_t full_at, std::int64_t now);

  std::atomic<std::int64_t> full_at_{0};  // nanoseconds of Clock::Now; past: it is full
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_LIMITS_TOKEN_BUCKET_H_
