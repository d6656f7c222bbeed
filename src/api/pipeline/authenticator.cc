#include "api/pipeline/authenticator.h"

#include <algorithm>

#include "api/http/ip_address.h"
#include "api/pipeline/rate_limit.h"
#include "api/pipeline/trusted_proxies.h"
#include "service/auth/api_keys.h"
#include "service/types/glob.h"

namespace gateway {
namespace {

constexpr std::string_view kRealm = "Bearer realm=\"kafka-gateway\"";

// Of the value of an Authorization field.
Credentials OfAuthorization(std::string_view value) {
  constexpr std::string_view kBearer = "bearer";
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos || !http::EqualsIgnoreCase(value.substr(0, space), kBearer)) {
    return {AuthScheme::kUnknown, value};
  }
  const std::size_t start = value.find_first_not_of(' ', space);
  const std::string_view token =
      start == std::string_view::npos ? std::string_view() : value.substr(start);
  return {token.starts_with(kApiKeyPrefix) ? AuthScheme::kApiKey : AuthScheme::kToken, token};
}

// The request had credentials, and they were checked.
bool IsFailedAttempt(AuthResult result) {
  return result != AuthResult::kMissing && result != AuthResult::kConflicting &&
         result != AuthResult::kNoKeys;
}

Problem RefusalOf(AuthResult result) {
  switch (result) {
    case AuthResult::kConflicting:
      return Problem(ProblemType::kBadRequest,
                     "The request has several credentials that differ; send one of them.");
    case AuthResult::kMissing:
      return Problem(ProblemType::kUnauthorized,
                     "The request has no credentials. Send Authorization (WWW-Authenticate names "
                     "the schemes) or X-API-Key.");
    case AuthResult::kNoKeys:
      return Problem(ProblemType::kAuthenticationUnavailable,
                     "The gateway does not have the keys of the token's issuer yet.");
    default:
      return Problem(ProblemType::kUnauthorized, "The credentials of the request are not valid.");
  }
}

// The rules are applied once per connection, and again only after a reload.
Authentication AuthenticateOnce(const std::shared_ptr<const AccessPolicy>& policy,
                                ClientCertificate* certificate) {
  if (certificate->policy.lock() != policy) {
    certificate->caller = policy->Authenticate(certificate->names).caller;
    certificate->policy = policy;
  }
  if (certificate->caller) return {AuthResult::kAccepted, certificate->caller};
  return {certificate->names.malformed ? AuthResult::kMalformed : AuthResult::kUnknown, nullptr};
}

// Absent if there is no certificate. Behind a trusted proxy the client's certificate is the one
// that the proxy names; the proxy's own proves nobody.
std::optional<Authentication> AuthenticateCertificate(
    const std::shared_ptr<const AccessPolicy>& policy, const http::RequestHead& head,
    const RequestContext& context) {
  if (context.from_proxy) {
    const auto names = ForwardedCertificate(head);
    return names ? std::optional(policy->Authenticate(*names)) : std::nullopt;
  }
  if (!context.peer.tls || !context.peer.tls->certificate) return std::nullopt;
  return AuthenticateOnce(policy, context.peer.tls->certificate.get());
}

// RFC 6750, 3: the error only if there were credentials.
std::string ChallengeFor(AuthResult result) {
  if (result == AuthResult::kConflicting || result == AuthResult::kNoKeys) return {};
  std::string challenge(kRealm);
  if (result != AuthResult::kMissing) challenge += ", error=\"invalid_token\"";
  return challenge;
}

}  // namespace

Credentials CredentialsOf(const http::RequestHead& head) {
  Credentials found;
  bool any = false;
  for (const http::HeaderField& field : head.fields) {
    Credentials shown;
    if (http::EqualsIgnoreCase(field.name, "X-API-Key")) {
      shown = {AuthScheme::kApiKey, field.value};
    } else if (http::EqualsIgnoreCase(field.name, "Authorization")) {
      shown = OfAuthorization(field.value);
    } else {
      continue;
    }
    const bool same = shown.scheme == found.scheme && shown.secret == found.secret;
    if (any && !same) found.conflicting = true;
    if (!any) found = shown;
    any = true;
  }
  return found;
}

Authenticator::Outcome Authenticator::Check(const http::RequestHead& head,
                                            const RequestContext& context) {
  const Route& route = *context.route;
  if (IsOpen(route)) return {};
  const std::shared_ptr<const AccessPolicy> policy = access_.current();
  Credentials credentials = CredentialsOf(head);
  std::optional<Authentication> by_certificate;
  if (credentials.scheme == AuthScheme::kNone && policy->takes_certificates()) {
    by_certificate = AuthenticateCertificate(policy, head, context);
    if (by_certificate) credentials.scheme = AuthScheme::kCertificate;
  }
  Authentication found = by_certificate ? *std::move(by_certificate)
                                        : policy->Authenticate(credentials, clock_.UnixMillis());
  if (found.caller && found.caller->principal.anonymous() && !route.by_topic) {
    found = {AuthResult::kMissing, nullptr};  // only topics can be granted to it
  }
  metrics_.OnAuthentication(credentials.scheme, found.result);
  if (found.caller) return {std::move(found.caller), std::nullopt, {}, {}};
  return Refuse(found.result, context);
}

// API keys are checked before failed attempts count: a check takes half a microsecond, and nobody
// guesses 256 bits. So an attacker never keeps out who has a valid key and the same address.
Authenticator::Outcome Authenticator::Refuse(AuthResult result, const RequestContext& context) {
  if (IsFailedAttempt(result)) {
    const auto wait =
        failed_attempts_.Count(http::ClientNetworkOf(context.client_address()), clock_.Now());
    if (wait.count() > 0) {
      metrics_.OnHttpRejected("failed-attempts");
      return {
          nullptr, TooManyFailedAttempts(failed_attempts_.per_minute(), wait), NameOf(result), {}};
    }
  }
  return {nullptr, RefusalOf(result), NameOf(result), ChallengeFor(result)};
}

bool Authenticator::IsOpen(const Route& route) const {
  return !route.by_topic &&
         std::any_of(open_paths_.begin(), open_paths_.end(),
                     [&route](const std::string& glob) { return GlobMatches(glob, route.path); });
}

}  // namespace gateway
