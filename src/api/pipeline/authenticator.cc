#include "api/pipeline/authenticator.h"

#include <algorithm>
#include <functional>

#include "api/http/ip_address.h"
#include "api/pipeline/rate_limit.h"
#include "api/pipeline/trusted_proxies.h"
#include "service/auth/api_keys.h"
#include "service/types/glob.h"

namespace gateway {
namespace {

constexpr std::string_view kBearer = "Bearer realm=\"kafka-gateway\"";
constexpr std::string_view kBasic = "Basic realm=\"kafka-gateway\", charset=\"UTF-8\"";  // RFC 7617

// Of the value of an Authorization field.
Credentials OfAuthorization(std::string_view value) {
  const std::size_t space = value.find(' ');
  const std::string_view scheme = value.substr(0, space);
  const std::size_t start = value.find_first_not_of(' ', scheme.size());
  const std::string_view rest =
      start == std::string_view::npos ? std::string_view() : value.substr(start);
  if (space == std::string_view::npos) return {AuthScheme::kUnknown, value};
  if (http::EqualsIgnoreCase(scheme, "basic")) return {AuthScheme::kBasic, rest};
  if (!http::EqualsIgnoreCase(scheme, "bearer")) return {AuthScheme::kUnknown, value};
  return {rest.starts_with(kApiKeyPrefix) ? AuthScheme::kApiKey : AuthScheme::kToken, rest};
}

// The request had credentials, and they were checked.
bool IsFailedAttempt(AuthResult result) {
  return result != AuthResult::kMissing && result != AuthResult::kConflicting &&
         result != AuthResult::kNoKeys && result != AuthResult::kBusy;
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
    case AuthResult::kBusy:
      return Problem(ProblemType::kAuthenticationUnavailable,
                     "Too many passwords wait to be checked.");
    case AuthResult::kPlaintext:
      return Problem(ProblemType::kUnauthorized,
                     "Passwords are accepted over TLS only. This one may have been read on its "
                     "way: change it.");
    default:
      return Problem(ProblemType::kUnauthorized, "The credentials of the request are not valid.");
  }
}

// A script of a web page sent it (Fetch Metadata, Sec-Fetch-Mode). A challenge for Basic would make
// the browser ask the user for a password, and send it with all later requests of every page.
bool IsFromScript(const http::RequestHead& head) {
  const auto mode = head.Find("Sec-Fetch-Mode");
  return mode && *mode != "navigate";
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
  if (IsOpen(*context.route)) return {};
  const std::shared_ptr<const AccessPolicy> policy = access_.current();
  Credentials credentials = CredentialsOf(head);
  credentials.in_plaintext = !MaySendPasswords(context);
  std::optional<Authentication> by_certificate;
  if (credentials.scheme == AuthScheme::kNone && policy->takes_certificates()) {
    by_certificate = AuthenticateCertificate(policy, head, context);
    if (by_certificate) credentials.scheme = AuthScheme::kCertificate;
  }
  std::chrono::nanoseconds wait{};
  Authentication found = by_certificate ? *std::move(by_certificate)
                                        : CheckCredentials(*policy, credentials, context, &wait);
  if (wait.count() > 0) return RefuseAttempts(AuthResult::kWrong, wait);
  if (!found.rest) return Conclude(credentials.scheme, std::move(found), head, context);
  Outcome undecided;
  undecided.pending = std::move(found);
  return undecided;
}

// Passwords can be guessed, and a guess is costly; so is the check of a signature. Where too many
// attempts have failed, `wait` is how long neither is checked.
Authentication Authenticator::CheckCredentials(const AccessPolicy& policy,
                                               const Credentials& credentials,
                                               const RequestContext& context,
                                               std::chrono::nanoseconds* wait) const {
  const auto ask = [&] {
    *wait = failed_attempts_.Wait(http::ClientNetworkOf(context.client_address()), clock_.Now());
    return wait->count() == 0;
  };
  // The reference fits into a std::function without an allocation, which every request would pay.
  return policy.Authenticate(credentials, clock_.UnixMillis(), std::ref(ask));
}

void Authenticator::CheckLater(const Authentication& pending,
                               const std::function<void(Authentication)>& done) const {
  const bool runs =
      passwords_.workers != nullptr &&
      passwords_.workers->TryRun(
          pending.rest, [rest = pending.rest, done](bool passed) { done(rest->conclude(passed)); });
  if (!runs) done({pending.result, nullptr});
}

Authenticator::Outcome Authenticator::Conclude(AuthScheme scheme, Authentication found,
                                               const http::RequestHead& head,
                                               const RequestContext& context) {
  if (found.caller && found.caller->principal.anonymous() && !context.route->by_topic) {
    found = {AuthResult::kMissing, nullptr};  // topics are all that can be granted to it
  }
  metrics_.OnAuthentication(scheme, found.result);
  if (found.caller) return {std::move(found.caller), std::nullopt, {}, {}, std::nullopt};
  return Refuse(scheme, found.result, head, context);
}

// API keys and tokens that were verified recently are checked before failed attempts count: a check
// takes a microsecond, and nobody guesses 256 bits. So an attacker never keeps out who uses a valid
// one from the same address.
Authenticator::Outcome Authenticator::Refuse(AuthScheme scheme, AuthResult result,
                                             const http::RequestHead& head,
                                             const RequestContext& context) {
  if (IsFailedAttempt(result)) {
    const auto wait =
        failed_attempts_.Count(http::ClientNetworkOf(context.client_address()), clock_.Now());
    if (wait.count() > 0) return RefuseAttempts(result, wait);
  }
  return {nullptr, RefusalOf(result), NameOf(result), ChallengesFor(scheme, result, head, context),
          std::nullopt};
}

Authenticator::Outcome Authenticator::RefuseAttempts(AuthResult result,
                                                     std::chrono::nanoseconds wait) const {
  metrics_.OnHttpRejected("failed-attempts");
  return {nullptr,
          TooManyFailedAttempts(failed_attempts_.per_minute(), wait),
          NameOf(result),
          {},
          std::nullopt};
}

// RFC 6750, 3: the error only if there were credentials.
std::vector<std::string> Authenticator::ChallengesFor(AuthScheme scheme, AuthResult result,
                                                      const http::RequestHead& head,
                                                      const RequestContext& context) const {
  const bool with_basic =
      access_.current()->has_users() && MaySendPasswords(context) && !IsFromScript(head);
  switch (result) {
    case AuthResult::kConflicting:
    case AuthResult::kNoKeys:
    case AuthResult::kBusy:
      return {};
    case AuthResult::kMissing:
      if (!with_basic) return {std::string(kBearer)};
      return {std::string(kBearer), std::string(kBasic)};
    default:
      if (scheme == AuthScheme::kBasic && with_basic) return {std::string(kBasic)};
      return {std::string(kBearer) + ", error=\"invalid_token\""};
  }
}

bool Authenticator::MaySendPasswords(const RequestContext& context) const {
  return passwords_.allow_plaintext || context.peer.tls.has_value();
}

bool Authenticator::IsOpen(const Route& route) const {
  return !route.by_topic &&
         std::any_of(open_paths_.begin(), open_paths_.end(),
                     [&route](const std::string& glob) { return GlobMatches(glob, route.path); });
}

}  // namespace gateway
