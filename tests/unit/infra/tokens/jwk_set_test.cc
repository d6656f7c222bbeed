#include "infra/tokens/jwk_set.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <string>

#include "support/cpp/signed_tokens.h"

namespace gateway {
namespace {

using nlohmann::json;
using testing::JwkSet;
using testing::SigningKey;
using Algorithm = SignatureAlgorithm;

// The number of usable keys; 0 if the set is refused.
std::size_t Usable(const json& key) {
  const auto set = ParseJwkSet(JwkSet({key}));
  return set.ok() ? set.value()->size() : 0;
}

const SigningKey& TheRsaKey() {
  static const SigningKey kKey = SigningKey::Rsa();
  return kKey;
}
const SigningKey& TheEcKey() {
  static const SigningKey kKey = SigningKey::Ec();
  return kKey;
}

json Changed(json key, const std::string& member, const json& value) {
  if (value.is_null()) {
    key.erase(member);
  } else {
    key[member] = value;
  }
  return key;
}

TEST(JwkSet, KeysOfEachTypeVerifyTheirAlgorithms) {
  const SigningKey ed25519 = SigningKey::Ed25519();
  const SigningKey p384 = SigningKey::Ec("P-384");
  const SigningKey p521 = SigningKey::Ec("P-521");
  const auto set = ParseJwkSet(JwkSet({TheRsaKey().Jwk("rsa"), TheEcKey().Jwk("p256"),
                                       p384.Jwk("p384"), p521.Jwk("p521"), ed25519.Jwk("ed")}));
  ASSERT_TRUE(set.ok()) << set.error();
  ASSERT_EQ(set.value()->size(), 5U);
  struct Case {
    const SigningKey& key;
    const char* id;
    const char* algorithm;
  };
  for (const Case& one : {Case{TheRsaKey(), "rsa", "RS256"}, Case{TheRsaKey(), "rsa", "RS384"},
                          Case{TheRsaKey(), "rsa", "RS512"}, Case{TheRsaKey(), "rsa", "PS256"},
                          Case{TheRsaKey(), "rsa", "PS384"}, Case{TheRsaKey(), "rsa", "PS512"},
                          Case{TheEcKey(), "p256", "ES256"}, Case{p384, "p384", "ES384"},
                          Case{p521, "p521", "ES512"}, Case{ed25519, "ed", "EdDSA"}}) {
    const Algorithm algorithm = *SignatureAlgorithmOf(one.algorithm);
    const PublicKey* const key = set.value()->Find(one.id, algorithm);
    ASSERT_NE(key, nullptr) << one.algorithm;
    std::string signature = one.key.Sign(one.algorithm, "text");
    EXPECT_TRUE(key->Verify(algorithm, "text", signature)) << one.algorithm;
    EXPECT_FALSE(key->Verify(algorithm, "texT", signature)) << one.algorithm;
    EXPECT_FALSE(key->Verify(algorithm, "text", signature + '\0')) << one.algorithm;
    EXPECT_FALSE(key->Verify(algorithm, "text", signature.substr(1))) << one.algorithm;
    EXPECT_FALSE(key->Verify(algorithm, "text", "")) << one.algorithm;
    signature.back() = static_cast<char>(signature.back() ^ 1);
    EXPECT_FALSE(key->Verify(algorithm, "text", signature)) << one.algorithm;
  }
}

TEST(JwkSet, AKeyVerifiesNoAlgorithmOfAnotherType) {
  const auto set = ParseJwkSet(JwkSet({TheRsaKey().Jwk("rsa"), TheEcKey().Jwk("ec")}));
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value()->Find("rsa", Algorithm::kEs256), nullptr);
  EXPECT_EQ(set.value()->Find("ec", Algorithm::kRs256), nullptr);
  EXPECT_EQ(set.value()->Find("ec", Algorithm::kEs384), nullptr);
  const PublicKey* const rsa = set.value()->Find("rsa", Algorithm::kRs256);
  EXPECT_FALSE(rsa->Verify(Algorithm::kPs256, "text", TheRsaKey().Sign("RS256", "text")));
  EXPECT_FALSE(rsa->Verify(Algorithm::kEs256, "text", TheRsaKey().Sign("RS256", "text")));
}

TEST(JwkSet, TheAlgorithmOfAKeyIsItsOnlyOne) {
  const auto set = ParseJwkSet(JwkSet({Changed(TheRsaKey().Jwk("rsa"), "alg", "PS256")}));
  ASSERT_TRUE(set.ok());
  EXPECT_NE(set.value()->Find("rsa", Algorithm::kPs256), nullptr);
  EXPECT_EQ(set.value()->Find("rsa", Algorithm::kRs256), nullptr);
  for (const json& other : {json("ES256"), json("HS256"), json("RSA-OAEP"), json(""), json(256)}) {
    EXPECT_EQ(Usable(Changed(TheRsaKey().Jwk("rsa"), "alg", other)), 0U) << other;
  }
}

TEST(JwkSet, OtherUsesAreLeftOut) {
  const json key = TheEcKey().Jwk("ec");
  EXPECT_EQ(Usable(Changed(key, "use", nullptr)), 1U);
  EXPECT_EQ(Usable(Changed(key, "key_ops", {"sign", "verify"})), 1U);
  EXPECT_EQ(Usable(Changed(key, "use", "enc")), 0U);
  EXPECT_EQ(Usable(Changed(key, "use", 5)), 0U);
  EXPECT_EQ(Usable(Changed(key, "key_ops", {"sign"})), 0U);
  EXPECT_EQ(Usable(Changed(key, "key_ops", json::array())), 0U);
  EXPECT_EQ(Usable(Changed(key, "kid", 5)), 0U);
  EXPECT_EQ(Usable(Changed(key, "kid", nullptr)), 1U);
  EXPECT_EQ(Usable(Changed(key, "d", "AQAB")), 0U) << "a private key that everybody has read";
}

TEST(JwkSet, WeakAndBrokenRsaKeysAreLeftOut) {
  const json key = TheRsaKey().Jwk("rsa");
  EXPECT_EQ(Usable(key), 1U);
  EXPECT_EQ(Usable(SigningKey::Rsa(1'024).Jwk("rsa")), 0U);
  for (const char* const exponent : {"", "AQ", "Ag", "AA", "AQAA", "AQABAQABAQAB", "AQ=B"}) {
    EXPECT_EQ(Usable(Changed(key, "e", exponent)), 0U) << exponent;
  }
  std::string even = DecodeBase64Url(key["n"].get<std::string>()).value();
  even.back() = static_cast<char>(even.back() & ~1);
  EXPECT_EQ(Usable(Changed(key, "n", EncodeBase64Url(even))), 0U);
  EXPECT_EQ(Usable(Changed(key, "n", EncodeBase64Url(std::string(256, '\xFF')))), 0U)
      << "2^2048 - 1 is a multiple of 3";
  EXPECT_EQ(Usable(Changed(key, "n", nullptr)), 0U);
}

// What OpenSSL itself would take.
TEST(JwkSet, LargeRsaKeysAreLeftOut) {
  const json key = TheRsaKey().Jwk("rsa");
  EXPECT_EQ(Usable(Changed(key, "n", testing::PowerOf(key["n"], 4))), 1U) << "8192 bits";
  EXPECT_EQ(Usable(Changed(key, "n", testing::PowerOf(key["n"], 5))), 0U);
}

TEST(JwkSet, ASignatureHasTwoNumbersOfTheExactLength) {
  const auto set = ParseJwkSet(JwkSet({TheEcKey().Jwk("ec")}));
  ASSERT_TRUE(set.ok());
  const PublicKey* const key = set.value()->Find("ec", Algorithm::kEs256);
  const std::string good = TheEcKey().Sign("ES256", "text");
  EXPECT_TRUE(key->Verify(Algorithm::kEs256, "text", good));
  const std::string zero(1, '\0');
  EXPECT_FALSE(
      key->Verify(Algorithm::kEs256, "text", zero + good.substr(0, 32) + zero + good.substr(32)));
}

TEST(JwkSet, TheSaltOfPssIsAsLongAsTheDigest) {
  const auto set = ParseJwkSet(JwkSet({TheRsaKey().Jwk("rsa")}));
  ASSERT_TRUE(set.ok());
  const PublicKey* const key = set.value()->Find("rsa", Algorithm::kPs256);
  EXPECT_TRUE(key->Verify(Algorithm::kPs256, "text", TheRsaKey().Sign("PS256", "text", 32)));
  for (const int salt : {0, 31, 33}) {
    EXPECT_FALSE(key->Verify(Algorithm::kPs256, "text", TheRsaKey().Sign("PS256", "text", salt)))
        << salt;
  }
}

// A TLS connection of the same thread would take them for its own.
TEST(JwkSet, NoErrorOfOpensslStaysBehind) {
  ERR_clear_error();
  json broken = TheEcKey().Jwk("ec");
  broken["x"] = broken["y"];
  EXPECT_EQ(Usable(broken), 0U);
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_EQ(Usable(Changed(SigningKey::Ed25519().Jwk("ed"), "x", "AQAB")), 0U);
  EXPECT_EQ(ERR_peek_error(), 0U);
  const auto set = ParseJwkSet(JwkSet({TheRsaKey().Jwk("rsa")}));
  ASSERT_TRUE(set.ok());
  EXPECT_FALSE(set.value()->Find("rsa", Algorithm::kRs256)->Verify(Algorithm::kRs256, "a", "b"));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(JwkSet, PointsThatAreNotOnTheirCurveAreLeftOut) {
  const json key = TheEcKey().Jwk("ec");
  std::string x = DecodeBase64Url(key["x"].get<std::string>()).value();
  EXPECT_EQ(Usable(Changed(key, "x", EncodeBase64Url(std::string(1, '\0') + x))), 0U) << "too long";
  EXPECT_EQ(Usable(Changed(key, "x", EncodeBase64Url(x.substr(1)))), 0U) << "too short";
  const std::string y = DecodeBase64Url(key["y"].get<std::string>()).value();
  EXPECT_EQ(Usable(Changed(Changed(key, "x", EncodeBase64Url(x.substr(0, 31))), "y",
                           EncodeBase64Url(x.substr(31) + y))),
            0U)
      << "of the right length together";
  x[5] = static_cast<char>(x[5] ^ 1);
  EXPECT_EQ(Usable(Changed(key, "x", EncodeBase64Url(x))), 0U);
  EXPECT_EQ(Usable(Changed(key, "crv", "P-384")), 0U);
  EXPECT_EQ(Usable(Changed(key, "crv", "secp256k1")), 0U);
  EXPECT_EQ(Usable(Changed(key, "kty", "RSA")), 0U);
  EXPECT_EQ(Usable(Changed(SigningKey::Ed25519().Jwk("ed"), "x", "AQAB")), 0U);
  EXPECT_EQ(Usable(Changed(SigningKey::Ed25519().Jwk("ed"), "crv", "Ed448")), 0U);
}

TEST(JwkSet, UnknownKeysDoNotDisturbTheOthers) {
  const auto set = ParseJwkSet(
      JwkSet({json(5), {{"kty", "oct"}, {"k", "AQAB"}}, {{"kty", 5}}, TheEcKey().Jwk("ec")}));
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set.value()->size(), 1U);
}

TEST(JwkSet, SaysWhyItCannotBeUsed) {
  EXPECT_EQ(ParseJwkSet("<html>").error(), "is not JSON, or not unambiguous");
  EXPECT_EQ(ParseJwkSet(R"({"keys": [], "keys": []})").error(), "is not JSON, or not unambiguous");
  EXPECT_EQ(ParseJwkSet("[]").error(), "is not a JWK set: it has no list \"keys\"");
  EXPECT_EQ(ParseJwkSet("{}").error(), "is not a JWK set: it has no list \"keys\"");
  EXPECT_EQ(ParseJwkSet(R"({"keys": {}})").error(), "is not a JWK set: it has no list \"keys\"");
  EXPECT_EQ(ParseJwkSet(R"({"keys": []})").error(), "has no usable key");
  EXPECT_EQ(ParseJwkSet(JwkSet(std::vector<json>(101, json(1)))).error(), "has too many keys");
  EXPECT_EQ(ParseJwkSet(std::string(kMaxJwkSetBytes + 1, ' ')).error(),
            "is too large for a JWK set");
}

TEST(JwkSet, MayBeAsLargeAsItsLimits) {
  std::vector<json> keys(99, json(1));
  keys.push_back(TheEcKey().Jwk("ec"));
  EXPECT_TRUE(ParseJwkSet(JwkSet(keys)).ok());
  std::string text = JwkSet({TheEcKey().Jwk("ec")});
  text.resize(kMaxJwkSetBytes, ' ');
  EXPECT_TRUE(ParseJwkSet(text).ok());
}

}  // namespace
}  // namespace gateway
