// Decides whether a bearer token (JWT, RFC 7519) proves a principal: checks its form, issuer, key
// and signature, then the other claims, the cheapest first. Immutable except for the keys of its
// issuers, which their fetcher replaces. Any thread; never blocks.
#ifndef GATEWAY_SERVICE_AUTH_TOKENS_TOKEN_VERIFIER_H_
#define GATEWAY_SERVICE_AUTH_TOKENS_TOKEN_VERIFIER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/principal.h"
#include "service/auth/tokens/issuer_keys.h"
#include "service/auth/tokens/key_set.h"
#include "service/ports/clock.h"
#include "service/ports/token_parser.h"
#include "service/types/record.h"
#include "service/types/signature_algorithm.h"

namespace gateway {

// An issuer that the access file trusts.
struct TokenIssuer {
  std::string name;      // the required "iss"
  std::string audience;  // "aud" must contain it
  SignatureAlgorithms algorithms = kDefaultSignatureAlgorithms;
  std::string principal_claim = "sub";  // a text
  std::string groups_claim = "groups";  // a text or a list of texts; may be absent
  std::shared_ptr<IssuerKeys> keys;
};

struct TokenCheck {
  AuthResult result = AuthResult::kMalformed;
  // Of an accepted token:
  Principal principal{};
  TimestampMs expires = 0;                   // its "exp"
  std::shared_ptr<const IssuerKeys> keys{};  // of its issuer
  KeySetPtr verified_with{};                 // the set that verified the token
};

class TokenVerifier final {
 public:
  // The issuers have distinct names. `parser` outlives this.
  TokenVerifier(std::vector<TokenIssuer> issuers, const TokenParser& parser)
      : issuers_(std::move(issuers)), parser_(parser) {}

  TokenCheck Verify(std::string_view token, TimestampMs now) const;
  bool empty() const { return issuers_.empty(); }
  // Of the issuers whose keys are fetched.
  std::vector<IssuerKeyStatus> KeyStatuses(Clock::TimePoint now) const;

 private:
  const TokenIssuer* IssuerOf(const TokenObject& claims) const;

  const std::vector<TokenIssuer> issuers_;
  const TokenParser& parser_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_TOKENS_TOKEN_VERIFIER_H_
