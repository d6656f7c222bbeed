// The credentials of a request, and the result of checking them. Values.
#ifndef GATEWAY_SERVICE_AUTH_AUTHENTICATION_H_
#define GATEWAY_SERVICE_AUTH_AUTHENTICATION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "service/auth/caller.h"
#include "service/ports/hasher.h"

namespace gateway {

enum class AuthScheme : std::uint8_t {
  kNone,         // no credentials
  kApiKey,       // X-API-Key, or a bearer token that begins with kgw_
  kToken,        // any other bearer token
  kBasic,        // a user and a password
  kCertificate,  // a client certificate, in TLS
  kUnknown,      // a scheme that the gateway does not know
};
inline constexpr AuthScheme kLastAuthScheme = AuthScheme::kUnknown;
std::string_view NameOf(AuthScheme scheme);  // "api-key", for metrics and logs

// Clients learn only whether the result is kAccepted, so that they cannot find out which ids exist.
// The other results are for metrics and the log.
enum class AuthResult : std::uint8_t {
  kAccepted,
  kMissing,      // no credentials, and nothing is granted to the anonymous principal
  kUnsupported,  // no credentials of this scheme exist
  kMalformed,
  kUnknown,  // no key has this id
  kWrong,    // the id exists, but the secret is wrong
  kDisabled,
  kNotYetValid,
  kExpired,
  kConflicting,    // the request has different credentials
  kUnknownIssuer,  // of a token
  kUnknownKey,     // the issuer has no such key, or several that fit
  kWrongAudience,  // the token is for another service
  kNoPrincipal,    // the token names none, or one whose name is not legal
  kNoKeys,         // the keys of the issuer are not known yet
  kPlaintext,      // a password came without TLS
  kBusy,           // too many passwords wait to be checked
};
inline constexpr AuthResult kLastAuthResult = AuthResult::kBusy;
std::string_view NameOf(AuthResult result);  // "not-yet-valid", for metrics and logs

// The views point into the request.
struct Credentials {
  AuthScheme scheme = AuthScheme::kNone;
  std::string_view secret;  // the whole key or token, or the text after "Basic"
  bool conflicting = false;
  bool in_plaintext = false;  // a password that came without TLS, where that is not allowed
};

struct SlowCheck;

struct Authentication {
  AuthResult result = AuthResult::kMissing;
  CallerPtr caller;  // null unless kAccepted
  // Set: the decision needs a slow hash. If no worker has time for it, `result` is the decision.
  std::shared_ptr<const SlowCheck> rest = nullptr;
};

// The rest of a check of a password. Any thread.
struct SlowCheck {
  Sha256Digest password;         // for checks with the same digest, `passes` returns the same
  std::function<bool()> passes;  // computes the hash; must not throw
  std::function<Authentication(bool passed)> conclude;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_AUTHENTICATION_H_
