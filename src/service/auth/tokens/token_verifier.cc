#include "service/auth/tokens/token_verifier.h"

#include <algorithm>
#include <optional>

#include "service/auth/tokens/signed_token.h"

namespace gateway {
namespace {

constexpr double kMaxSkewSeconds = 60;  // between the issuer's clock and ours
// The end of the year 9999, which some issuers use for "never". A claim beyond it is probably in
// milliseconds.
constexpr double kMaxExpirySeconds = 253'402'300'799;

// True if the claim is absent, or is a NumericDate for which `holds` is true.
template <typename Holds>
bool HoldsIfPresent(const TokenObject& claims, std::string_view name, Holds holds) {
  if (!claims.Has(name)) return true;
  const double* const time = claims.Number(name);
  return time != nullptr && holds(*time);
}

AuthResult CheckTimes(const TokenObject& claims, double expires, TimestampMs now) {
  const double seconds = static_cast<double>(now) / 1'000;
  const auto not_in_the_future = [seconds](double time) {
    return time <= seconds + kMaxSkewSeconds;
  };
  if (expires > kMaxExpirySeconds) return AuthResult::kMalformed;
  if (seconds >= expires + kMaxSkewSeconds) return AuthResult::kExpired;
  if (!HoldsIfPresent(claims, "nbf", not_in_the_future)) return AuthResult::kNotYetValid;
  if (!HoldsIfPresent(claims, "iat", not_in_the_future)) return AuthResult::kNotYetValid;
  return AuthResult::kAccepted;
}

bool IsFor(const TokenObject& claims, const std::string& audience) {
  if (const std::string* const one = claims.Text("aud")) return *one == audience;
  const auto* const several = claims.Texts("aud");
  return several != nullptr &&
         std::find(several->begin(), several->end(), audience) != several->end();
}

// Leaves out groups with names that no access file can have.
std::vector<std::string> GroupsOf(const TokenObject& claims, const std::string& claim) {
  std::vector<std::string> groups;
  if (const std::string* const one = claims.Text(claim)) groups.push_back(*one);
  if (const auto* const several = claims.Texts(claim)) groups = *several;
  std::erase_if(groups, [](const std::string& group) { return !IsLegalPrincipalName(group); });
  return groups;
}

}  // namespace

const TokenIssuer* TokenVerifier::IssuerOf(const TokenObject& claims) const {
  const std::string* const name = claims.Text("iss");
  if (name == nullptr) return nullptr;
  const auto found = std::find_if(issuers_.begin(), issuers_.end(),
                                  [name](const auto& issuer) { return issuer.name == *name; });
  return found == issuers_.end() ? nullptr : &*found;
}

std::vector<IssuerKeyStatus> TokenVerifier::KeyStatuses(Clock::TimePoint now) const {
  std::vector<IssuerKeyStatus> statuses;
  for (const TokenIssuer& issuer : issuers_) {
    if (!issuer.keys->are_fetched()) continue;
    statuses.push_back(issuer.keys->StatusAt(now));
    statuses.back().issuer = issuer.name;
  }
  return statuses;
}

TokenCheck TokenVerifier::Verify(std::string_view text, TimestampMs now) const {
  const auto token = ParseSignedToken(text, parser_);
  if (!token.ok()) return {token.error()};
  const auto claims = parser_.Parse(token.value().payload);
  if (!claims) return {AuthResult::kMalformed};
  // The issuer is read before the signature is verified, because it selects the keys. The keys of a
  // forged "iss" have not signed the token.
  const TokenIssuer* const issuer = IssuerOf(*claims);
  if (issuer == nullptr) return {AuthResult::kUnknownIssuer};
  if (!issuer->algorithms.Has(token.value().algorithm)) return {AuthResult::kUnsupported};
  KeySetPtr keys = issuer->keys->current();
  if (!keys) return {AuthResult::kNoKeys};
  const std::optional<std::string>& key_id = token.value().key_id;
  if (key_id && !keys->Has(*key_id)) issuer->keys->OnUnknownKey();
  AuthResult result = VerifySignature(token.value(), *keys);
  if (result != AuthResult::kAccepted) return {result};
  const double* const expires = claims->Number("exp");
  if (expires == nullptr) return {AuthResult::kMalformed};
  result = CheckTimes(*claims, *expires, now);
  if (result != AuthResult::kAccepted) return {result};
  if (!IsFor(*claims, issuer->audience)) return {AuthResult::kWrongAudience};
  const std::string* const name = claims->Text(issuer->principal_claim);
  if (name == nullptr || !IsLegalPrincipalName(*name)) return {AuthResult::kNoPrincipal};
  return {AuthResult::kAccepted,
          {*name, GroupsOf(*claims, issuer->groups_claim)},
          static_cast<TimestampMs>(*expires * 1'000),
          issuer->keys,
          std::move(keys)};
}

}  // namespace gateway
