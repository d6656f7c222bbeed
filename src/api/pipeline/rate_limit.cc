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
  Problem problem(ProblemType::kRateLimited, std::move(detail));
  problem.retry_after.seconds = RetryAfterSeconds(refusal.wait);
  problem.headers.emplace_back("RateLimit",
                               Quoted(refusal.unit) + ";r=" + std::to_string(refusal.left) +
                                   ";t=" + std::to_string(problem.retry_after.seconds));
  problem.headers.emplace_back("RateLimit-Policy", RateLimitPolicyOf(limits));
  return problem;
}

}  // namespace gateway
