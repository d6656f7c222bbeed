#include "service/auth/policy/access_policy.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace gateway {
namespace {

constexpr TimestampMs kTokenVerifiedFor = 300'000;

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

std::shared_ptr<const PasswordUsers> WithCallers(std::vector<UserEntry> entries,
                                                 const Grants& grants, const Rates& rates,
                                                 const PasswordTools& tools) {
  if (entries.empty()) return nullptr;
  std::vector<PasswordUser> users;
  users.reserve(entries.size());
  for (UserEntry& entry : entries) {
    CallerPtr caller =
        CallerOf({std::move(entry.principal), std::move(entry.groups)}, grants, rates);
    users.push_back({std::move(entry.name), std::move(entry.hash), std::move(caller)});
  }
  return std::make_shared<const PasswordUsers>(std::move(users), *tools.verified, *tools.verifier);
}

}  // namespace

AccessPolicy::AccessPolicy(std::vector<ApiKeyEntry> keys, Grants grants, const Hasher& hasher,
                           Rates rates, std::unique_ptr<const TokenVerifier> tokens,
                           ClientCertificates certificates, std::vector<UserEntry> users,
                           const PasswordTools& passwords)
    : grants_(std::move(grants)),
      rates_(std::move(rates)),
      certificates_(std::move(certificates)),
      keys_(WithCallers(std::move(keys), grants_, rates_), hasher),
      tokens_(std::move(tokens)),
      users_(WithCallers(std::move(users), grants_, rates_, passwords)),
      hasher_(hasher),
      anonymous_(CallerOf({}, grants_, rates_)) {}

Authentication AccessPolicy::Authenticate(const Credentials& credentials, TimestampMs now,
                                          const MayCheck& may_check) const {
  if (credentials.conflicting) return {AuthResult::kConflicting, nullptr};
  switch (credentials.scheme) {
    case AuthScheme::kNone:
      if (!anonymous_->rights.any()) return {AuthResult::kMissing, nullptr};
      return {AuthResult::kAccepted, anonymous_};
    case AuthScheme::kApiKey:
      return keys_.Check(credentials.secret, now);
    case AuthScheme::kToken:
      return AuthenticateToken(credentials.secret, now, may_check);
    case AuthScheme::kBasic:
      if (!users_) break;
      if (credentials.in_plaintext) return {AuthResult::kPlaintext, nullptr};
      return AuthenticateUser(credentials.secret, now, may_check);
    case AuthScheme::kCertificate:
    case AuthScheme::kUnknown:
      break;
  }
  return {AuthResult::kUnsupported, nullptr};
}

Authentication AccessPolicy::AuthenticateUser(std::string_view text, TimestampMs now,
                                              const MayCheck& may_check) const {
  Authentication found = users_->Check(text, now);
  if (found.rest && may_check && !may_check()) return {AuthResult::kWrong, nullptr};
  return found;
}

Authentication AccessPolicy::AuthenticateToken(std::string_view token, TimestampMs now,
                                               const MayCheck& may_check) const {
  if (!tokens_) return {AuthResult::kUnsupported, nullptr};
  const Sha256Digest digest = hasher_.Sha256(token);
  if (CallerPtr caller = verified_.Find(digest, now)) {
    return {AuthResult::kAccepted, std::move(caller)};
  }
  if (may_check && !may_check()) return {AuthResult::kWrong, nullptr};
  TokenCheck check = tokens_->Verify(token, now);
  if (check.result != AuthResult::kAccepted) return {check.result, nullptr};
  CallerPtr caller = CallerOf(std::move(check.principal), grants_, rates_);
  const TimestampMs until = std::min(check.expires, now + kTokenVerifiedFor);
  // When the issuer's keys change, the tokens verified with the old set have to be verified again.
  const auto keys_are_the_same = [keys = std::move(check.keys),
                                  used = std::move(check.verified_with)] {
    return keys->IsCurrent(used);
  };
  verified_.Add(digest, {caller, until, keys_are_the_same}, now);
  return {AuthResult::kAccepted, std::move(caller)};
}

Authentication AccessPolicy::Authenticate(const CertificateNames& names) const {
  if (names.malformed) return {AuthResult::kMalformed, nullptr};
  auto principal = certificates_.PrincipalOf(names);
  if (!principal) return {AuthResult::kUnknown, nullptr};
  return {AuthResult::kAccepted, CallerOf({*std::move(principal), {}}, grants_, rates_)};
}

}  // namespace gateway
