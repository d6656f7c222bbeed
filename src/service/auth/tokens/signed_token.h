// A token in the compact form of RFC 7515: header, payload and signature, not verified yet. As
// strict as RFC 8725 advises: the parser refuses critical members and types that it does not
// understand, and never uses keys from the header (jwk, jku, x5u, x5c). Pure; any thread.
#ifndef GATEWAY_SERVICE_AUTH_TOKENS_SIGNED_TOKEN_H_
#define GATEWAY_SERVICE_AUTH_TOKENS_SIGNED_TOKEN_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "service/auth/authentication.h"
#include "service/auth/tokens/key_set.h"
#include "service/ports/token_parser.h"
#include "service/types/result.h"
#include "service/types/signature_algorithm.h"

namespace gateway {

inline constexpr std::size_t kMaxTokenBytes = 8'192;

struct SignedToken {
  SignatureAlgorithm algorithm{};
  std::optional<std::string> key_id;
  std::string_view signed_text;  // header and payload; points into the token
  std::string payload;
  std::string signature;
};

// The parts of the token; kMalformed; or kUnsupported if the header requires a feature that the
// gateway lacks.
Result<SignedToken, AuthResult> ParseSignedToken(std::string_view token, const TokenParser& parser);

// kAccepted if the key that the header selects made the signature; otherwise kUnknownKey or kWrong.
AuthResult VerifySignature(const SignedToken& token, const KeySet& keys);

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_TOKENS_SIGNED_TOKEN_H_
