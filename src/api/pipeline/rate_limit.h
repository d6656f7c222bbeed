// The problems of who has used up what it may send or try: 429 with Retry-After, RateLimit and
// RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers-11). Pure functions; any thread.
#ifndef GATEWAY_API_PIPELINE_RATE_LIMIT_H_
#define GATEWAY_API_PIPELINE_RATE_LIMIT_H_

#include <chrono>
#include <cstdint>
#include <string>

#include "api/problem/problem.h"
#include "service/auth/caller.h"
#include "service/auth/rates.h"

namespace gateway {

Problem RateLimited(const Caller& caller, const RateRefusal& refusal);

// Requests from one network have shown more than `per_minute` credentials that were refused.
Problem TooManyFailedAttempts(std::int64_t per_minute, std::chrono::nanoseconds wait);

// Whole seconds, at least 1.
int RetryAfterSeconds(std::chrono::nanoseconds wait);

// `"requests";q=200;w=2, "bytes";q=2097152;qu="content-bytes";w=2`: what the bucket of each limit
// holds, and how long it takes to fill.
std::string RateLimitPolicyOf(const RateLimits& limits);

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_RATE_LIMIT_H_
