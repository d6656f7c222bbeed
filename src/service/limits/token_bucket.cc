#include "service/limits/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace gateway {

// In nanoseconds of refilling, rounded up, but not because of an inexact division.
std::int64_t TokenBucket::CostOf(const Rate& rate, std::int64_t tokens) {
  const double refills = static_cast<double>(tokens) / static_cast<double>(rate.burst);
  const double cost = std::ceil(refills * static_cast<double>(rate.refill.count()) - 0.001);
  constexpr double kMost = 2.0 * static_cast<double>(kMaxRefill / Nanoseconds(1));
  return static_cast<std::int64_t>(std::clamp(cost, 0.0, kMost));
}

std::int64_t TokenBucket::WaitFor(const Rate& rate, std::int64_t cost, std::int64_t full_at,
                                  std::int64_t now) {
  const std::int64_t whole = rate.refill.count();
  const std::int64_t missing = std::max(full_at - now, std::int64_t{0});
  return std::max(missing + std::min(cost, whole) - whole, std::int64_t{0});
}

std::int64_t TokenBucket::After(std::int64_t cost, std::int64_t full_at, std::int64_t now) {
  constexpr std::int64_t kMostMissing = 2 * Nanoseconds(kMaxRefill).count();
  return std::min(std::max(full_at, now) + cost, now + kMostMissing);
}

TokenBucket::Nanoseconds TokenBucket::Take(const Rate& rate, std::int64_t tokens,
                                           Clock::TimePoint now) {
  const std::int64_t cost = CostOf(rate, tokens);
  std::int64_t full_at = full_at_.load(kRelaxed);
  do {
    const std::int64_t wait = WaitFor(rate, cost, full_at, Nanos(now));
    if (wait > 0) return Nanoseconds(wait);
  } while (!full_at_.compare_exchange_weak(full_at, After(cost, full_at, Nanos(now)), kRelaxed));
  return Nanoseconds(0);
}

void TokenBucket::Charge(const Rate& rate, std::int64_t tokens, Clock::TimePoint now) {
  const std::int64_t cost = CostOf(rate, tokens);
  std::int64_t full_at = full_at_.load(kRelaxed);
  while (!full_at_.compare_exchange_weak(full_at, After(cost, full_at, Nanos(now)), kRelaxed)) {
  }
}

void TokenBucket::Return(const Rate& rate, std::int64_t tokens) {
  full_at_.fetch_sub(CostOf(rate, tokens), kRelaxed);
}

void TokenBucket::Rescale(const Rate& from, const Rate& to, Clock::TimePoint now) {
  std::int64_t full_at = full_at_.load(kRelaxed);
  std::int64_t scaled = 0;
  do {
    const std::int64_t missing = std::max(full_at - Nanos(now), std::int64_t{0});
    const double refills = static_cast<double>(missing) / static_cast<double>(from.refill.count());
    const double tokens =
        std::min(refills * static_cast<double>(from.burst), static_cast<double>(to.burst));
    scaled = Nanos(now) + CostOf(to, static_cast<std::int64_t>(tokens));
  } while (!full_at_.compare_exchange_weak(full_at, scaled, kRelaxed));
}

TokenBucket::Nanoseconds TokenBucket::Wait(const Rate& rate, std::int64_t tokens,
                                           Clock::TimePoint now) const {
  return Nanoseconds(WaitFor(rate, CostOf(rate, tokens), full_at_.load(kRelaxed), Nanos(now)));
}

std::int64_t TokenBucket::Level(const Rate& rate, Clock::TimePoint now) const {
  const std::int64_t missing = std::max(full_at_.load(kRelaxed) - Nanos(now), std::int64_t{0});
  const std::int64_t left = std::max(rate.refill.count() - missing, std::int64_t{0});
  const double share = static_cast<double>(left) / static_cast<double>(rate.refill.count());
  // Rounded to a thousandth first: the cost of each token was rounded up to whole nanoseconds.
  return static_cast<std::int64_t>(share * static_cast<double>(rate.burst) + 0.001);
}

}  // namespace gateway
