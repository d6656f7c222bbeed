#include "service/auth/access_policy.h"

#include <map>
#include <memory>
#include <utility>

namespace gateway {
namespace {

CallerPtr CallerOf(Principal principal, const Grants& grants, const Rates& rates) {
  TopicRights rights = grants.RightsOf(principal);
  RateLimiter rate = rates.LimiterOf(principal);
  return std::make_shared<const Caller>(
      Caller{std::move(principal), std::move(rights), std::move(rate)});
}

// Keys of the same principal and groups share their caller.
std::vector<ApiKey> WithCallers(std::vector<ApiKeyEntry> entries, const Grants& grants,
                                const Rates& rates) {
  std::map<std::pair<std::string, std::vector<std::string>>, CallerPtr> callers;
  std::vector<ApiKey> keys;
  keys.reserve(entries.size());
  for (ApiKeyEntry& entry : entries) {
    CallerPtr& caller = callers[{entry.principal, entry.groups}];
    if (!caller) caller = CallerOf({entry.principal, entry.groups}, grants, rates);
    keys.push_back({std::move(entry.id), entry.digest, caller, entry.not_before, entry.expires,
                    entry.disabled});
  }
  return keys;
}

}  // namespace

AccessPolicy::AccessPolicy(std::vector<ApiKeyEntry> keys, Grants grants, const Hasher& hasher,
                           Rates rates)
    : grants_(std::move(grants)),
      rates_(std::move(rates)),
      keys_(WithCallers(std::move(keys), grants_, rates_), hasher),
      anonymous_(CallerOf({}, grants_, rates_)) {}

Authentication AccessPolicy::Authenticate(const Credentials& credentials, TimestampMs now) const {
  if (credentials.conflicting) return {AuthResult::kConflicting, nullptr};
  switch (credentials.scheme) {
    case AuthScheme::kNone:
      if (!anonymous_->rights.any()) return {AuthResult::kMissing, nullptr};
      return {AuthResult::kAccepted, anonymous_};
    case AuthScheme::kApiKey:
      return keys_.Check(credentials.secret, now);
    case AuthScheme::kToken:
    case AuthScheme::kUnknown:
      break;
  }
  return {AuthResult::kUnsupported, nullptr};
}

}  // namespace gateway
