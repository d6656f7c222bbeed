// Real tokens against the whole verifier: those that are good, and those that others have fallen
// for.
#include <gtest/gtest.h>
#include <openssl/hmac.h>

#include <memory>
#include <string>

#include "infra/tokens/json_token_parser.h"
#include "infra/tokens/jwk_set.h"
#include "service/auth/tokens/token_verifier.h"
#include "support/cpp/signed_tokens.h"

namespace gateway {
namespace {

using nlohmann::json;
using testing::JwkSet;
using testing::SignedText;
using testing::SigningKey;

constexpr TimestampMs kNow = 1'700'000'000'000;

class TokenAttacks : public ::testing::Test {
 protected:
  static const SigningKey& TheKey() {
    static const SigningKey kKey = SigningKey::Rsa();
    return kKey;
  }
  static std::string Claims() {
    return json{
        {"iss", "https://id/"}, {"aud", "gateway"}, {"sub", "ann"}, {"exp", kNow / 1'000 + 60}}
        .dump();
  }
  static std::string Hs256(const std::string& header, const std::string& secret) {
    const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(Claims());
    std::string mac(32, '\0');
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(),  // NOLINT
         reinterpret_cast<unsigned char*>(mac.data()), nullptr);            // NOLINT
    return text + "." + EncodeBase64Url(mac);
  }
  AuthResult Verify(const std::string& token) const {
    TokenIssuer issuer;
    issuer.name = "https://id/";
    issuer.audience = "gateway";
    issuer.keys = std::make_shared<IssuerKeys>(ParseJwkSet(JwkSet({TheKey().Jwk("k")})).value());
    return TokenVerifier({issuer}, parser).Verify(token, kNow).result;
  }
  JsonTokenParser parser;
};

TEST_F(TokenAttacks, AGoodTokenIsAccepted) {
  EXPECT_EQ(
      Verify(SignedText(TheKey(), "RS256", R"({"alg":"RS256","kid":"k","typ":"JWT"})", Claims())),
      AuthResult::kAccepted);
  EXPECT_EQ(Verify(SignedText(TheKey(), "PS256", R"({"alg":"PS256"})", Claims())),
            AuthResult::kAccepted);
}

TEST_F(TokenAttacks, AlgorithmsThatAreNotConfigured) {
  EXPECT_EQ(Verify(SignedText(TheKey(), "RS384", R"({"alg":"RS384","kid":"k"})", Claims())),
            AuthResult::kUnsupported);
}

TEST_F(TokenAttacks, NoneInEverySpelling) {
  for (const char* const name : {"none", "None", "NONE", "nOnE", "none "}) {
    const std::string header = json{{"alg", name}, {"kid", "k"}}.dump();
    const std::string unsigned_token =
        EncodeBase64Url(header) + "." + EncodeBase64Url(Claims()) + ".";
    EXPECT_EQ(Verify(unsigned_token), AuthResult::kUnsupported) << name;
    EXPECT_EQ(Verify(SignedText(TheKey(), "RS256", header, Claims())), AuthResult::kUnsupported);
  }
}

TEST_F(TokenAttacks, AMacWithWhatIsPublic) {
  const std::string pem = TheKey().PublicPem();
  const std::string modulus = DecodeBase64Url(TheKey().Jwk("k")["n"].get<std::string>()).value();
  for (const std::string& secret : {pem, pem.substr(0, pem.size() - 1), modulus, std::string()}) {
    EXPECT_EQ(Verify(Hs256(R"({"alg":"HS256","kid":"k"})", secret)), AuthResult::kUnsupported);
    EXPECT_EQ(Verify(Hs256(R"({"alg":"RS256","kid":"k"})", secret)), AuthResult::kWrong);
  }
}

TEST_F(TokenAttacks, AKeyThatTheTokenBringsAlong) {
  const SigningKey own = SigningKey::Rsa();
  const json jwk = own.Jwk("k");
  for (const json& header : {json{{"alg", "RS256"}, {"kid", "k"}, {"jwk", jwk}},
                             json{{"alg", "RS256"}, {"kid", "k"}, {"jku", "https://evil/jwks"}},
                             json{{"alg", "RS256"}, {"kid", "k"}, {"x5u", "https://evil/cert"}}}) {
    EXPECT_EQ(Verify(SignedText(own, "RS256", header.dump(), Claims())), AuthResult::kWrong);
  }
}

TEST_F(TokenAttacks, AnotherTypeOfKeyUnderTheSameId) {
  EXPECT_EQ(Verify(SignedText(SigningKey::Ec(), "ES256", R"({"alg":"ES256","kid":"k"})", Claims())),
            AuthResult::kUnknownKey);
}

TEST_F(TokenAttacks, HeadersThatTwoReadersUnderstandDifferently) {
  for (const char* const header :
       {R"({"alg":"RS256","alg":"none","kid":"k"})", R"({"alg":"none","alg":"RS256","kid":"k"})",
        R"({"alg":["RS256"],"kid":"k"})", R"({"alg":256,"kid":"k"})", R"({"alg":"RS256","kid":{}})",
        R"({"alg":"RS256","kid":["k"]})"}) {
    EXPECT_EQ(Verify(SignedText(TheKey(), "RS256", header, Claims())), AuthResult::kMalformed)
        << header;
  }
  const std::string deep =
      R"({"alg":"RS256","kid":"k","x":)" + std::string(3'000, '[') + std::string(3'000, ']') + "}";
  EXPECT_EQ(Verify(SignedText(TheKey(), "RS256", deep, Claims())), AuthResult::kMalformed);
}

TEST_F(TokenAttacks, ExtensionsThatMustBeUnderstood) {
  for (const char* const header :
       {R"({"alg":"RS256","kid":"k","crit":["exp"]})", R"({"alg":"RS256","kid":"k","crit":[]})",
        R"({"alg":"RS256","kid":"k","b64":false,"crit":["b64"]})",
        R"({"alg":"RS256","kid":"k","b64":true})"}) {
    EXPECT_EQ(Verify(SignedText(TheKey(), "RS256", header, Claims())), AuthResult::kUnsupported)
        << header;
  }
}

TEST_F(TokenAttacks, ClaimsThatAreChangedAfterwards) {
  const std::string good = SignedText(TheKey(), "RS256", R"({"alg":"RS256","kid":"k"})", Claims());
  std::string forged = Claims();
  forged.replace(forged.find("ann"), 3, "bob");
  const std::string token =
      good.substr(0, good.find('.') + 1) + EncodeBase64Url(forged) + good.substr(good.rfind('.'));
  EXPECT_EQ(Verify(token), AuthResult::kWrong);
}

TEST_F(TokenAttacks, ClaimsThatAppearTwice) {
  std::string claims = Claims();
  claims.insert(claims.size() - 1, R"(,"sub":"root")");
  EXPECT_EQ(Verify(SignedText(TheKey(), "RS256", R"({"alg":"RS256","kid":"k"})", claims)),
            AuthResult::kMalformed);
}

}  // namespace
}  // namespace gateway
