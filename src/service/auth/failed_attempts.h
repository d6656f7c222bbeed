// How often requests from one network have shown credentials that were refused, so that nobody can
// try many (Access:FailedAttemptsPerMinute). Only refusals count. An API key, a client certificate
// and a token or password that was verified recently are cheap to check and cannot be guessed: a
// caller with a valid one never waits here, even behind one address with an attacker. Other tokens
// and passwords wait. Bounded; any thread. One mutex, a leaf, which valid API keys never take.
#ifndef GATEWAY_SERVICE_AUTH_FAILED_ATTEMPTS_H_
#define GATEWAY_SERVICE_AUTH_FAILED_ATTEMPTS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "service/limits/token_bucket.h"
#include "service/ports/clock.h"
#include "service/types/mutex.h"

namespace gateway {

class FailedAttempts final {
 public:
  // The number of networks that it remembers; if more come within a minute, it forgets the older
  // half.
  static constexpr std::size_t kMaxNetworks = 32'768;

  // `per_minute`: 0: no limit.
  explicit FailedAttempts(std::int64_t per_minute)
      : rate_{per_minute == 0 ? 1 : per_minute, kWindow}, limited_(per_minute != 0) {}

  std::int64_t per_minute() const { return rate_.burst; }

  // Credentials from this network were refused. Returns how long the network should wait after too
  // many refusals, or zero.
  std::chrono::nanoseconds Count(const std::string& network, Clock::TimePoint now);
  // The result that Count would return, without counting. Credentials that are costly to check, or
  // can be guessed, must not be checked while it is not zero.
  std::chrono::nanoseconds Wait(const std::string& network, Clock::TimePoint now) const;

  std::size_t size() const;

 private:
  static constexpr std::chrono::minutes kWindow{1};
  using Buckets = std::unordered_map<std::string, TokenBucket>;

  void Rotate(Clock::TimePoint now) REQUIRES(mutex_);

  const TokenBucket::Rate rate_;
  const bool limited_;
  mutable Mutex mutex_;
  // Two generations: after a minute in `older_` a bucket is full again, so it can be dropped.
  Buckets recent_ GUARDED_BY(mutex_);
  Buckets older_ GUARDED_BY(mutex_);
  Clock::TimePoint rotate_at_ GUARDED_BY(mutex_){};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_FAILED_ATTEMPTS_H_
