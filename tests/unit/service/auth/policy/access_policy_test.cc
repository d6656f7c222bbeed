// Tokens through an access policy, which remembers those that it verified; and what it refuses
// whatever they prove.
#include "service/auth/policy/access_policy.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/fake_passwords.h"
#include "support/cpp/fake_tokens.h"

namespace gateway {
namespace {

using testing::FakeHasher;
using testing::FakeKey;
using testing::FakeToken;
using testing::FakeTokenParser;

constexpr TimestampMs kNow = 1'700'000'000'000;
constexpr TimestampMs kMinute = 60'000;

class TokensOfAPolicy : public ::testing::Test {
 protected:
  TokensOfAPolicy() { keys->Replace(SetOf("k")); }

  KeySetPtr SetOf(const char* id) const {
    return testing::FakeKeys({TokenKey{id, {SignatureAlgorithm::kRs256}, key}});
  }
  std::unique_ptr<AccessPolicy> Policy(const std::string& granted) const {
    TokenIssuer issuer;
    issuer.name = "https://id/";
    issuer.audience = "gateway";
    issuer.keys = keys;
    return std::make_unique<AccessPolicy>(
        std::vector<ApiKeyEntry>(), Grants({{{"ann"}, {granted}, true, false, ""}}, {}), hasher,
        Rates(), std::make_unique<const TokenVerifier>(std::vector{issuer}, parser));
  }
  static std::string Token(std::int64_t life_seconds) {
    return FakeToken("alg=RS256;kid=k", "iss=https://id/;aud=gateway;sub=ann;exp=#" +
                                            std::to_string(kNow / 1'000 + life_seconds));
  }
  static Authentication Ask(const AccessPolicy& policy, const std::string& token, TimestampMs now) {
    return policy.Authenticate({AuthScheme::kToken, token}, now);
  }

  FakeHasher hasher;
  FakeTokenParser parser;
  std::shared_ptr<FakeKey> key =
      std::make_shared<FakeKey>("word", SignatureAlgorithms{SignatureAlgorithm::kRs256});
  std::shared_ptr<IssuerKeys> keys = std::make_shared<IssuerKeys>(KeySetPtr());
};

TEST_F(TokensOfAPolicy, ASignatureIsCheckedOnlyIfThatIsAllowed) {
  const auto policy = Policy("orders");
  const std::string token = Token(3'600);
  int asked = 0;
  bool allowed = false;
  const auto ask = [&](TimestampMs now) {
    return policy->Authenticate({AuthScheme::kToken, token}, now, [&] {
      ++asked;
      return allowed;
    });
  };
  EXPECT_EQ(ask(kNow).result, AuthResult::kWrong);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(key->verified, 0);
  EXPECT_EQ(parser.parsed, 0);
  allowed = true;
  EXPECT_EQ(ask(kNow).result, AuthResult::kAccepted);
  allowed = false;
  EXPECT_EQ(ask(kNow + kMinute).result, AuthResult::kAccepted) << "verified a minute ago";
  EXPECT_EQ(asked, 2);
}

TEST_F(TokensOfAPolicy, OneSignatureServesFiveMinutes) {
  const auto policy = Policy("orders");
  const std::string token = Token(3'600);
  const CallerPtr caller = Ask(*policy, token, kNow).caller;
  ASSERT_TRUE(caller);
  EXPECT_TRUE(caller->rights.Allows(TopicOperation::kWrite, "orders"));
  EXPECT_EQ(Ask(*policy, token, kNow + 5 * kMinute - 1).caller, caller);
  EXPECT_EQ(key->verified, 1);
  EXPECT_EQ(Ask(*policy, token, kNow + 5 * kMinute).result, AuthResult::kAccepted);
  EXPECT_EQ(key->verified, 2);
}

TEST_F(TokensOfAPolicy, NotLongerThanTheTokenLives) {
  const auto policy = Policy("orders");
  const std::string token = Token(60);
  Ask(*policy, token, kNow);
  EXPECT_EQ(Ask(*policy, token, kNow + kMinute - 1).result, AuthResult::kAccepted);
  EXPECT_EQ(key->verified, 1);
  EXPECT_EQ(Ask(*policy, token, kNow + 2 * kMinute).result, AuthResult::kExpired);
}

TEST_F(TokensOfAPolicy, AnotherKeySetEndsIt) {
  const auto policy = Policy("orders");
  const std::string token = Token(3'600);
  Ask(*policy, token, kNow);
  keys->Replace(SetOf("other"));
  EXPECT_EQ(Ask(*policy, token, kNow).result, AuthResult::kUnknownKey);
  keys->Replace(nullptr);
  EXPECT_EQ(Ask(*policy, token, kNow).result, AuthResult::kNoKeys);
}

TEST_F(TokensOfAPolicy, RefusedOnesAreVerifiedEachTime) {
  const auto policy = Policy("orders");
  std::string token = Token(3'600);
  token.replace(token.rfind('.') + 1, 4, "AAAA");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask(*policy, token, kNow).result, AuthResult::kWrong);
  EXPECT_EQ(key->verified, 3);
}

TEST_F(TokensOfAPolicy, WhatIsRememberedIncludesTheSignature) {
  const auto policy = Policy("orders");
  std::string token = Token(3'600);
  EXPECT_EQ(Ask(*policy, token, kNow).result, AuthResult::kAccepted);
  token.replace(token.rfind('.') + 1, 4, "AAAA");
  EXPECT_EQ(Ask(*policy, token, kNow).result, AuthResult::kWrong);
}

TEST_F(TokensOfAPolicy, BesideOtherCredentialsItProvesNothing) {
  const std::string token = Token(3'600);
  Credentials credentials{AuthScheme::kToken, token};
  credentials.conflicting = true;
  EXPECT_EQ(Policy("orders")->Authenticate(credentials, kNow).result, AuthResult::kConflicting);
}

TEST_F(TokensOfAPolicy, AnotherPolicyDecidesAnew) {
  const std::string token = Token(3'600);
  EXPECT_TRUE(
      Ask(*Policy("orders"), token, kNow).caller->rights.Allows(TopicOperation::kWrite, "orders"));
  EXPECT_FALSE(
      Ask(*Policy("other"), token, kNow).caller->rights.Allows(TopicOperation::kWrite, "orders"));
}

TEST(PasswordsOfAPolicy, AreNotLookedAtInPlaintext) {
  const FakeHasher hasher;
  const testing::FakePasswordVerifier verifier;
  VerifiedPasswords verified(Sha256Digest{1}, hasher);
  const AccessPolicy policy({}, Grants({}, {}), hasher, Rates(), nullptr, {},
                            std::vector<UserEntry>{{"ann", "hash of a", "ann", {}}},
                            {&verifier, &verified});
  const std::string text = testing::BasicOf("ann", "a");
  Credentials credentials{AuthScheme::kBasic, text};
  EXPECT_TRUE(policy.Authenticate(credentials, kNow).rest);
  credentials.in_plaintext = true;
  const Authentication refused = policy.Authenticate(credentials, kNow);
  EXPECT_EQ(refused.result, AuthResult::kPlaintext);
  EXPECT_FALSE(refused.rest);
}

}  // namespace
}  // namespace gateway
