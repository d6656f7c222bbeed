// Fuzzes the verification of tokens. The input is a token, or, if it has a zero byte, a header and
// claims that are put together to a token with a signature that every key takes. The fuzzer checks:
//   - an accepted token has a known algorithm, our issuer and audience, and has not expired;
//   - its principal and groups are legal names.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "infra/tokens/json_token_parser.h"
#include "service/auth/tokens/signed_token.h"
#include "service/auth/tokens/token_verifier.h"
#include "service/types/base64url.h"
#include "support/cpp/fuzzing.h"

namespace gateway {
namespace {

using testing::Require;

constexpr TimestampMs kNow = 1'700'000'000'000;

// Takes every signature, so that the claims are reached.
class CredulousKey final : public PublicKey {
 public:
  SignatureAlgorithms algorithms() const override { return kDefaultSignatureAlgorithms; }
  bool Verify(SignatureAlgorithm, std::string_view, std::string_view) const override {
    return true;
  }
};

TokenVerifier MakeVerifier() {
  static const JsonTokenParser kParser;
  TokenIssuer issuer;
  issuer.name = "https://id/";
  issuer.audience = "gateway";
  issuer.keys = std::make_shared<IssuerKeys>(std::make_shared<const KeySet>(
      std::vector{TokenKey{"k", kDefaultSignatureAlgorithms, std::make_shared<CredulousKey>()}}));
  return {{issuer}, kParser};
}

void CheckAccepted(const std::string& token, const TokenCheck& check) {
  const auto parsed = ParseSignedToken(token, JsonTokenParser());
  Require(parsed.ok() && token.size() <= kMaxTokenBytes);
  Require(kDefaultSignatureAlgorithms.Has(parsed.value().algorithm));
  // As another, more lenient reader understands it.
  const auto claims = nlohmann::json::parse(parsed.value().payload, nullptr, false);
  Require(claims.is_object() && claims["iss"] == "https://id/");
  Require(claims["aud"] == "gateway" || claims["aud"].is_array());
  Require(claims["exp"].is_number() && claims["exp"].get<double>() * 1'000 > kNow - 60'000);
  Require(claims["sub"] == check.principal.name && IsLegalPrincipalName(check.principal.name));
  for (const std::string& group : check.principal.groups) Require(IsLegalPrincipalName(group));
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::EncodeBase64Url;
  static const gateway::TokenVerifier kVerifier = gateway::MakeVerifier();
  std::string token(data, data + size);
  const std::size_t zero = token.find('\0');
  if (zero != std::string::npos) {
    const std::string_view text = token;
    token = EncodeBase64Url(text.substr(0, zero)) + "." + EncodeBase64Url(text.substr(zero + 1)) +
            ".c2lnbmF0dXJl";
  }
  const gateway::TokenCheck check = kVerifier.Verify(token, gateway::kNow);
  if (check.result == gateway::AuthResult::kAccepted) gateway::CheckAccepted(token, check);
  return 0;
}
