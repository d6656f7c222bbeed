#include "api/pipeline/rate_limit.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>

namespace gateway {
namespace {

// The "qu" of the draft; its default is requests.
std::string_view QuotaUnitOf(RateUnit unit) {
  switch (unit) {
    case RateUnit::kRequests:
      return "";
    case RateUnit::kRecords:
      return ";qu=\"records\"";
    case RateUnit::kBytes:
      return ";qu=\"content-bytes\"";
  }
  return "";
}

std::string Quoted(RateUnit unit) { return "\"" + std::string(NameOf(unit)) + "\""; }

// `name`: of the limit that was reached, in quotes.
Problem LimitReached(std::string detail, std::string name, std::int64_t left,
                     std::chrono::nanoseconds wait, std::string policy) {
  Problem problem(ProblemType::kRateLimited, std::move(detail));
  problem.retry_after.seconds = RetryAfterSeconds(wait);
  std::string state = std::move(name);
  state += ";r=" + std::to_string(left) + ";t=" + std::to_string(problem.retry_after.seconds);
  problem.headers.emplace_back("RateLimit", std::move(state));
  problem.headers.emplace_back("RateLimit-Policy", std::move(policy));
  return problem;
}

}  // namespace

int RetryAfterSeconds(std::chrono::nanoseconds wait) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return static_cast<int>(std::max<std::int64_t>(seconds, 1));
}

std::string RateLimitPolicyOf(const RateLimits& limits) {
  std::string policy;
  for (const RateUnit unit : kRateUnits) {
    if (limits.Of(unit) == 0) continue;
    if (!policy.empty()) policy += ", ";
    policy += Quoted(unit) + ";q=" + std::to_string(limits.RateOf(unit).burst);
    policy.append(QuotaUnitOf(unit)).append(";w=");
    policy += std::to_string(limits.burst_seconds);
  }
  return policy;
}

Problem RateLimited(const Caller& caller, const RateRefusal& refusal) {
  const RateLimits& limits = caller.rate.limits();
  std::string detail = "\"";
  detail.append(caller.principal.label()).append("\" may send ");
  detail += std::to_string(limits.Of(refusal.unit)) + " ";
  detail.append(NameOf(refusal.unit)).append(" per second, and has sent more.");
  return LimitReached(std::move(detail), Quoted(refusal.unit), refusal.left, refusal.wait,
                      RateLimitPolicyOf(limits));
}

Problem TooManyFailedAttempts(std::int64_t per_minute, std::chrono::nanoseconds wait) {
  static constexpr std::string_view kName = "\"failed-attempts\"";
  std::string policy(kName);
  policy += ";q=" + std::to_string(per_minute) + ";w=60";
  return LimitReached("Too many requests from this address had credentials that are not valid.",
                      std::string(kName), 0, wait, std::move(policy));
}

}  // namespace gateway
