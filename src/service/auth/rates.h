// Limits how much each principal may send: the rates of the access file, and the token buckets that
// hold the unused part. All credentials of a principal share its buckets; requests without
// credentials share those of the anonymous principal.
#ifndef GATEWAY_SERVICE_AUTH_RATES_H_
#define GATEWAY_SERVICE_AUTH_RATES_H_

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "service/auth/principal.h"
#include "service/limits/token_bucket.h"
#include "service/ports/clock.h"
#include "service/types/mutex.h"

namespace gateway {

enum class RateUnit : std::uint8_t {
  kRequests,
  kRecords,  // known once the body is parsed
  kBytes,    // of bodies, as sent
};
inline constexpr std::array kRateUnits = {RateUnit::kRequests, RateUnit::kRecords,
                                          RateUnit::kBytes};
std::string_view NameOf(RateUnit unit);  // "requests"

// The limits of one entry in the access file.
struct RateLimits {
  static constexpr std::int64_t kMaxPerSecond = 1'000'000'000'000;
  static constexpr std::int64_t kMaxBurstSeconds = 1'000;

  std::array<std::int64_t, kRateUnits.size()> per_second{};  // by RateUnit; 0: no limit
  std::int64_t burst_seconds = 1;  // a bucket holds the tokens of this time

  bool operator==(const RateLimits&) const = default;
  std::int64_t Of(RateUnit unit) const { return per_second[static_cast<std::size_t>(unit)]; }
  TokenBucket::Rate RateOf(RateUnit unit) const {
    return {Of(unit) * burst_seconds, std::chrono::seconds(burst_seconds)};
  }
};

struct RateRule {
  std::vector<std::string> principals;  // globs, as in AccessRule; "*" means everyone
  RateLimits limits;
};

// The unused part of one principal's rates. Any thread.
struct alignas(64) RateBuckets {  // a cache line, because they change with every request
  std::array<TokenBucket, kRateUnits.size()> buckets;  // by RateUnit

  TokenBucket& Of(RateUnit unit) { return buckets[static_cast<std::size_t>(unit)]; }
  bool AreFull(Clock::TimePoint now) const;
};

// The buckets of all principals with a rate. Outlives the policies, so that a reload of the access
// file keeps their state. Bounded: a sweep keeps the buckets that callers use, and at most kMaxIdle
// others that are not full. Any thread; one mutex, taken when a caller is made, not per request.
class RateTable final {
 public:
  static constexpr std::size_t kMaxIdle = 8'192;

  explicit RateTable(const Clock& clock) : clock_(clock) {}

  // The buckets of the principal, which has these limits from now on.
  std::shared_ptr<RateBuckets> Find(const std::string& principal, const RateLimits& limits);
  std::size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<RateBuckets> buckets;
    RateLimits limits;
  };

  void Sweep(Clock::TimePoint now) REQUIRES(mutex_);

  const Clock& clock_;
  mutable Mutex mutex_;  // a leaf
  std::unordered_map<std::string, Entry> entries_ GUARDED_BY(mutex_);
  std::size_t sweep_at_ GUARDED_BY(mutex_) = kMaxIdle / 8;  // entries
};

// Why a request has to wait.
struct RateRefusal {
  RateUnit unit = RateUnit::kRequests;  // the one with the longest wait
  std::int64_t left = 0;                // tokens of that unit
  std::chrono::nanoseconds wait{};
};

// The rates of one principal. Cheap to copy; copies share the buckets. Any thread.
class RateLimiter final {
 public:
  RateLimiter() = default;  // no limits
  RateLimiter(const RateLimits& limits, std::shared_ptr<RateBuckets> buckets)
      : limits_(limits), buckets_(std::move(buckets)) {}

  bool limited() const { return buckets_ != nullptr; }
  const RateLimits& limits() const { return limits_; }

  // The cost of a request as far as its head shows.
  struct Request {
    std::int64_t body_bytes = 0;
    bool unknown_size = false;   // a chunked body: see ChargeBytes
    bool sends_records = false;  // at least one, see TakeRecords
  };
  // Takes the tokens for a request and its bytes, or none if either bucket has too few. For costs
  // that only the body shows, at least one token must be left.
  std::optional<RateRefusal> TakeRequest(const Request& request, Clock::TimePoint now) const;
  std::optional<RateRefusal> TakeRecords(std::int64_t count, Clock::TimePoint now) const;
  // Charges a body of unknown size once it has arrived: missing tokens become a debt, which delays
  // the next request.
  void ChargeBytes(std::int64_t bytes, Clock::TimePoint now) const;

 private:
  using Cost = std::array<std::int64_t, kRateUnits.size()>;  // by RateUnit; 0: none

  bool Take(RateUnit unit, std::int64_t tokens, Clock::TimePoint now) const;
  RateRefusal Refusal(const Cost& cost, Clock::TimePoint now) const;

  RateLimits limits_;
  std::shared_ptr<RateBuckets> buckets_;  // null: no limits
};

// The rates of the access file. Immutable; any thread.
class Rates final {
 public:
  Rates() = default;  // no limits
  // `table` outlives this.
  Rates(std::vector<RateRule> rules, RateTable& table) : rules_(std::move(rules)), table_(&table) {}

  // By the first rule that names the principal; without one, it has no limits.
  RateLimiter LimiterOf(const Principal& principal) const;

 private:
  std::vector<RateRule> rules_;
  RateTable* table_ = nullptr;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_RATES_H_
