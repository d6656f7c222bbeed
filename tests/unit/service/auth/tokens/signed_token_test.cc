#include "service/auth/tokens/signed_token.h"

#include <gtest/gtest.h>

#include <string>

#include "support/cpp/fake_tokens.h"

namespace gateway {
namespace {

using testing::FakeKeys;
using testing::FakeToken;
using testing::FakeTokenKey;
using testing::FakeTokenParser;

AuthResult Parse(const std::string& token) {
  const auto parsed = ParseSignedToken(token, FakeTokenParser());
  return parsed.ok() ? AuthResult::kAccepted : parsed.error();
}
AuthResult ParseHeader(const std::string& header) { return Parse(FakeToken(header, "x=y")); }

TEST(SignedToken, HasItsParts) {
  const std::string token = FakeToken("alg=RS256;kid=k;typ=at+JWT;jku=x;jwk=?;x5c=?", "x=y");
  const auto parsed = ParseSignedToken(token, FakeTokenParser());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().algorithm, SignatureAlgorithm::kRs256);
  EXPECT_EQ(parsed.value().key_id, "k");
  EXPECT_EQ(parsed.value().payload, "x=y");
  EXPECT_EQ(parsed.value().signed_text, token.substr(0, token.rfind('.')));
}

TEST(SignedToken, MayNameNoKey) {
  const auto parsed = ParseSignedToken(FakeToken("alg=RS256", "x=y"), FakeTokenParser());
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().key_id, std::nullopt);
}

TEST(SignedToken, HasExactlyThreePartsOfStrictBase64Url) {
  const std::string good = FakeToken("alg=RS256", "x=y");
  EXPECT_EQ(Parse(good), AuthResult::kAccepted);
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), good + ".",
        good + ".Zg", "." + good, good + "=", good + " ", good.substr(0, good.rfind('.'))}) {
    EXPECT_EQ(Parse(token), AuthResult::kMalformed) << token;
  }
  EXPECT_EQ(ParseHeader("broken"), AuthResult::kMalformed);
}

// Base64url has texts of three lengths in four; header and claims together have all of them.
std::string TokenOfSize(std::size_t size) {
  for (const char* const header : {"alg=RS256", "alg=RS256;m=1", "alg=RS256;m=12"}) {
    std::string claims = "x=" + std::string(size * 3 / 4 - 60, 'y');
    std::string token;
    while ((token = FakeToken(header, claims)).size() < size) claims += 'y';
    if (token.size() == size) return token;
  }
  ADD_FAILURE() << "no token of " << size << " bytes";
  return "";
}

TEST(SignedToken, IsNotLargerThanItsLimit) {
  EXPECT_EQ(Parse(TokenOfSize(kMaxTokenBytes)), AuthResult::kAccepted);
  const FakeTokenParser parser;
  EXPECT_FALSE(ParseSignedToken(TokenOfSize(kMaxTokenBytes + 1), parser).ok());
  EXPECT_EQ(parser.parsed, 0) << "it is not even looked at";
}

TEST(SignedToken, ItsAlgorithmIsAKnownText) {
  EXPECT_EQ(ParseHeader("kid=k"), AuthResult::kMalformed);
  EXPECT_EQ(ParseHeader("alg=#5"), AuthResult::kMalformed);
  EXPECT_EQ(ParseHeader("alg=[RS256]"), AuthResult::kMalformed);
  for (const char* const name : {"none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512",
                                 "rs256", "RS256 ", "ES256K", "RSA-OAEP"}) {
    EXPECT_EQ(ParseHeader("alg=" + std::string(name)), AuthResult::kUnsupported) << name;
  }
}

TEST(SignedToken, ItsKeyIdIsAText) {
  EXPECT_EQ(ParseHeader("alg=RS256;kid=?"), AuthResult::kMalformed);
  EXPECT_EQ(ParseHeader("alg=RS256;kid=#1"), AuthResult::kMalformed);
}

TEST(SignedToken, HeadersThatTheGatewayDoesNotSupportAreRefused) {
  for (const char* const member :
       {"crit=[exp]", "crit=?", "b64=?", "typ=?", "typ=#1", "typ=JOSE", "typ=id+jwt", "typ="}) {
    EXPECT_EQ(ParseHeader("alg=RS256;" + std::string(member)), AuthResult::kUnsupported) << member;
  }
  for (const char* const type : {"JWT", "jwt", "at+jwt", "AT+JWT"}) {
    EXPECT_EQ(ParseHeader("alg=RS256;typ=" + std::string(type)), AuthResult::kAccepted) << type;
  }
}

class Signatures : public ::testing::Test {
 protected:
  static AuthResult Verify(const std::string& header, const std::string& word,
                           std::vector<TokenKey> keys) {
    const std::string text = FakeToken(header, "x=y", word);
    const auto token = ParseSignedToken(text, FakeTokenParser());
    return VerifySignature(token.value(), *FakeKeys(std::move(keys)));
  }
};

TEST_F(Signatures, TheNamedKeyVerifies) {
  const std::vector keys{FakeTokenKey("a", "first"), FakeTokenKey("b", "second")};
  EXPECT_EQ(Verify("alg=RS256;kid=b", "second", keys), AuthResult::kAccepted);
  EXPECT_EQ(Verify("alg=RS256;kid=b", "first", keys), AuthResult::kWrong);
  EXPECT_EQ(Verify("alg=RS256;kid=c", "first", keys), AuthResult::kUnknownKey);
}

TEST_F(Signatures, TheKeyDecidesWhichAlgorithmsItVerifies) {
  const std::vector keys{FakeTokenKey("a", "word", {SignatureAlgorithm::kEs256})};
  EXPECT_EQ(Verify("alg=ES256;kid=a", "word", keys), AuthResult::kAccepted);
  EXPECT_EQ(Verify("alg=RS256;kid=a", "word", keys), AuthResult::kUnknownKey);
}

TEST_F(Signatures, WithoutAnIdOneKeyMustFit) {
  const TokenKey rsa = FakeTokenKey("a", "word");
  const TokenKey ec = FakeTokenKey(std::nullopt, "ec", {SignatureAlgorithm::kEs256});
  EXPECT_EQ(Verify("alg=RS256", "word", {rsa, ec}), AuthResult::kAccepted);
  EXPECT_EQ(Verify("alg=RS256", "word", {rsa, ec, FakeTokenKey("b", "word")}),
            AuthResult::kUnknownKey);
}

TEST_F(Signatures, TwoKeysOfOneIdAndAlgorithmFitNothing) {
  EXPECT_EQ(
      Verify("alg=RS256;kid=a", "word", {FakeTokenKey("a", "word"), FakeTokenKey("a", "other")}),
      AuthResult::kUnknownKey);
}

TEST_F(Signatures, AKeyWithoutIdIsNotTheNamedOne) {
  EXPECT_EQ(Verify("alg=RS256;kid=", "word", {FakeTokenKey(std::nullopt, "word")}),
            AuthResult::kUnknownKey);
}

}  // namespace
}  // namespace gateway
