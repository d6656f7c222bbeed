#include "service/auth/rates.h"

#include <algorithm>
#include <utility>

namespace gateway {

std::string_view NameOf(RateUnit unit) {
  switch (unit) {
    case RateUnit::kRequests:
      return "requests";
    case RateUnit::kRecords:
      return "records";
    case RateUnit::kBytes:
      return "bytes";
  }
  return "unknown";
}

bool RateBuckets::AreFull(Clock::TimePoint now) const {
  return std::all_of(buckets.begin(), buckets.end(),
                     [now](const TokenBucket& bucket) { return bucket.IsFull(now); });
}

std::shared_ptr<RateBuckets> RateTable::Find(const std::string& principal,
                                             const RateLimits& limits) {
  const MutexLock lock(mutex_);
  const Clock::TimePoint now = clock_.Now();
  if (entries_.size() >= sweep_at_) Sweep(now);
  Entry& entry = entries_[principal];
  if (!entry.buckets) {
    entry = {std::make_shared<RateBuckets>(), limits};
  } else if (const RateLimits before = std::exchange(entry.limits, limits); before != limits) {
    for (const RateUnit unit : kRateUnits) {
      if (before.Of(unit) == 0 || limits.Of(unit) == 0) continue;
      entry.buckets->Of(unit).Rescale(before.RateOf(unit), limits.RateOf(unit), now);
    }
  }
  return entry.buckets;
}

std::size_t RateTable::size() const {
  const MutexLock lock(mutex_);
  return entries_.size();
}

// The next sweep is due when the table has doubled, so that the cost per added entry is constant.
void RateTable::Sweep(Clock::TimePoint now) {
  const auto idle = [](const auto& entry) { return entry.second.buckets.use_count() == 1; };
  std::erase_if(entries_, [&](const auto& entry) {
    return idle(entry) && entry.second.buckets->AreFull(now);
  });
  const auto owing =
      static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(), idle));
  if (owing > kMaxIdle) std::erase_if(entries_, idle);
  sweep_at_ = std::max(2 * entries_.size(), kMaxIdle / 8);
}

std::optional<RateRefusal> RateLimiter::TakeRequest(const Request& request,
                                                    Clock::TimePoint now) const {
  if (!buckets_) return std::nullopt;
  const std::int64_t bytes = request.unknown_size ? 1 : request.body_bytes;
  const Cost cost = {1, request.sends_records ? 1 : 0, bytes};
  const std::int64_t taken_bytes = request.unknown_size ? 0 : bytes;
  const auto missing = [&](RateUnit unit) {
    const std::int64_t tokens = cost[static_cast<std::size_t>(unit)];
    return limits_.Of(unit) > 0 && tokens > 0 &&
           buckets_->Of(unit).Wait(limits_.RateOf(unit), tokens, now).count() > 0;
  };
  if (missing(RateUnit::kRecords) || (request.unknown_size && missing(RateUnit::kBytes)) ||
      !Take(RateUnit::kRequests, 1, now)) {
    return Refusal(cost, now);
  }
  if (Take(RateUnit::kBytes, taken_bytes, now)) return std::nullopt;
  if (limits_.Of(RateUnit::kRequests) > 0) {
    buckets_->Of(RateUnit::kRequests).Return(limits_.RateOf(RateUnit::kRequests), 1);
  }
  return Refusal(cost, now);
}

std::optional<RateRefusal> RateLimiter::TakeRecords(std::int64_t count,
                                                    Clock::TimePoint now) const {
  if (!buckets_ || Take(RateUnit::kRecords, count, now)) return std::nullopt;
  return Refusal({0, count, 0}, now);
}

void RateLimiter::ChargeBytes(std::int64_t bytes, Clock::TimePoint now) const {
  if (!buckets_ || bytes == 0 || limits_.Of(RateUnit::kBytes) == 0) return;
  buckets_->Of(RateUnit::kBytes).Charge(limits_.RateOf(RateUnit::kBytes), bytes, now);
}

bool RateLimiter::Take(RateUnit unit, std::int64_t tokens, Clock::TimePoint now) const {
  if (tokens == 0 || limits_.Of(unit) == 0) return true;
  return buckets_->Of(unit).Take(limits_.RateOf(unit), tokens, now).count() == 0;
}

// Reports the longest wait, so that a client that obeys it is not refused again for another unit.
RateRefusal RateLimiter::Refusal(const Cost& cost, Clock::TimePoint now) const {
  RateRefusal refusal;
  for (const RateUnit unit : kRateUnits) {
    const std::int64_t tokens = cost[static_cast<std::size_t>(unit)];
    if (tokens == 0 || limits_.Of(unit) == 0) continue;
    const TokenBucket::Rate rate = limits_.RateOf(unit);
    const auto wait = buckets_->Of(unit).Wait(rate, tokens, now);
    if (wait >= refusal.wait) refusal = {unit, buckets_->Of(unit).Level(rate, now), wait};
  }
  return refusal;
}

RateLimiter Rates::LimiterOf(const Principal& principal) const {
  const auto names = [&principal](const std::string& pattern) {
    return NamesPrincipal(pattern, principal);
  };
  const auto rule = std::find_if(rules_.begin(), rules_.end(), [&](const RateRule& one) {
    return std::any_of(one.principals.begin(), one.principals.end(), names);
  });
  if (rule == rules_.end()) return {};
  return {rule->limits, table_->Find(std::string(principal.label()), rule->limits)};
}

}  // namespace gateway
