#include "service/auth/tokens/token_verifier.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "support/cpp/fake_tokens.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using testing::FakeKey;
using testing::FakeKeys;
using testing::FakeToken;
using testing::FakeTokenKey;
using testing::FakeTokenParser;

constexpr TimestampMs kNow = 1'700'000'000'000;

std::string At(std::int64_t seconds_from_now) {
  return "#" + std::to_string(kNow / 1'000 + seconds_from_now);
}

class TokenVerifiers : public ::testing::Test {
 protected:
  TokenVerifiers() { issuers.push_back(Issuer("https://id/", "word")); }

  static TokenIssuer Issuer(std::string name, const std::string& word) {
    TokenIssuer issuer;
    issuer.name = std::move(name);
    issuer.audience = "gateway";
    issuer.keys = std::make_shared<IssuerKeys>(FakeKeys({FakeTokenKey("k", word)}));
    return issuer;
  }
  // Of claims that override or follow those of a good token; "name=" with no value removes one.
  static std::string Claims(const std::string& changes = "") {
    std::string claims;
    for (const std::string& member : {std::string("iss=https://id/"), std::string("aud=gateway"),
                                      "exp=" + At(300), std::string("sub=ann")}) {
      const std::string name = member.substr(0, member.find('=') + 1);
      if ((";" + changes).find(";" + name) == std::string::npos) claims += member + ";";
    }
    std::string kept;
    for (std::size_t at = 0; at < changes.size();) {
      const std::size_t end = std::min(changes.find(';', at), changes.size());
      const std::string member = changes.substr(at, end - at);
      if (!member.ends_with('=')) kept += member + ";";
      at = end + 1;
    }
    return claims + kept;
  }
  TokenCheck Check(const std::string& changes, const std::string& word = "word",
                   const std::string& header = "alg=RS256;kid=k") const {
    return TokenVerifier(issuers, parser).Verify(FakeToken(header, Claims(changes), word), kNow);
  }
  AuthResult Result(const std::string& changes, const std::string& word = "word",
                    const std::string& header = "alg=RS256;kid=k") const {
    return Check(changes, word, header).result;
  }

  FakeTokenParser parser;
  std::vector<TokenIssuer> issuers;
};

TEST_F(TokenVerifiers, AGoodTokenProvesItsPrincipal) {
  const TokenCheck check = Check("groups=[ops,dev];scope=x");
  EXPECT_EQ(check.result, AuthResult::kAccepted);
  EXPECT_EQ(check.principal.name, "ann");
  EXPECT_THAT(check.principal.groups, ElementsAre("ops", "dev"));
  EXPECT_EQ(check.expires, kNow + 300'000);
  EXPECT_EQ(check.keys, issuers[0].keys);
  EXPECT_EQ(check.verified_with, issuers[0].keys->current());
}

TEST_F(TokenVerifiers, ItExpires) {
  EXPECT_EQ(Result("exp="), AuthResult::kMalformed) << "it is required";
  for (const char* const wrong : {"exp=tomorrow", "exp=?", "exp=[1]", "exp=#1e300"}) {
    EXPECT_EQ(Result(wrong), AuthResult::kMalformed) << wrong;
  }
  EXPECT_EQ(Result("exp=" + At(-59)), AuthResult::kAccepted);
  EXPECT_EQ(Result("exp=" + At(-60)), AuthResult::kExpired);
  EXPECT_EQ(Result("exp=#-1e300"), AuthResult::kExpired);
  EXPECT_EQ(Result("exp=#253402300799"), AuthResult::kAccepted) << "the end of the year 9999";
  EXPECT_EQ(Result("exp=#1700000300000"), AuthResult::kMalformed) << "milliseconds";
}

TEST_F(TokenVerifiers, ItBegins) {
  for (const std::string claim : {"nbf=", "iat="}) {
    EXPECT_EQ(Result(claim + At(60)), AuthResult::kAccepted) << claim;
    EXPECT_EQ(Result(claim + At(61)), AuthResult::kNotYetValid) << claim;
    EXPECT_EQ(Result(claim + "now"), AuthResult::kNotYetValid) << claim << "of another type";
  }
}

TEST_F(TokenVerifiers, ItsIssuerIsExactlyAConfiguredOne) {
  for (const char* const other : {"iss=", "iss=https://id", "iss=https://id//", "iss=HTTPS://id/",
                                  "iss=#1", "iss=[https://id/]"}) {
    EXPECT_EQ(Result(other), AuthResult::kUnknownIssuer) << other;
  }
}

TEST_F(TokenVerifiers, ItsAudienceContainsOurs) {
  EXPECT_EQ(Result("aud=[other,gateway]"), AuthResult::kAccepted);
  for (const char* const other :
       {"aud=", "aud=other", "aud=gateway2", "aud=[other]", "aud=[]", "aud=?", "aud=#1"}) {
    EXPECT_EQ(Result(other), AuthResult::kWrongAudience) << other;
  }
}

TEST_F(TokenVerifiers, ItNamesALegalPrincipal) {
  const std::string long_name(257, 'x');
  for (const std::string& other : {std::string("sub="), std::string("sub=?"), std::string("sub=#1"),
                                   std::string("sub=anonymous"), std::string("sub=group:ops"),
                                   std::string("sub=a\nb"), "sub=" + long_name}) {
    EXPECT_EQ(Result(other), AuthResult::kNoPrincipal) << other;
  }
}

TEST_F(TokenVerifiers, ClaimsAreNamedByTheIssuersEntry) {
  issuers[0].principal_claim = "client_id";
  issuers[0].groups_claim = "roles";
  const TokenCheck check = Check("client_id=shop;roles=ops;groups=[no]");
  EXPECT_EQ(check.principal.name, "shop");
  EXPECT_THAT(check.principal.groups, ElementsAre("ops"));
  EXPECT_EQ(Result(""), AuthResult::kNoPrincipal);
}

TEST_F(TokenVerifiers, GroupsThatNoFileCanNameAreLeftOut) {
  EXPECT_THAT(Check("groups=[a,group:b,,anonymous]").principal.groups, ElementsAre("a"));
  EXPECT_THAT(Check("groups=?").principal.groups, ElementsAre());
}

TEST_F(TokenVerifiers, EachIssuerVouchesWithItsOwnKeys) {
  issuers.push_back(Issuer("https://other/", "other"));
  EXPECT_EQ(Result("", "word"), AuthResult::kAccepted);
  EXPECT_EQ(Result("", "other"), AuthResult::kWrong);
  EXPECT_EQ(Result("iss=https://other/", "other"), AuthResult::kAccepted);
  EXPECT_EQ(Result("iss=https://other/", "word"), AuthResult::kWrong);
}

TEST_F(TokenVerifiers, AnIssuerUsesItsAlgorithms) {
  issuers[0].algorithms = {SignatureAlgorithm::kEs256};
  EXPECT_EQ(Result(""), AuthResult::kUnsupported);
}

TEST_F(TokenVerifiers, ClaimsMustBeAnObject) {
  const TokenVerifier verifier(issuers, parser);
  EXPECT_EQ(verifier.Verify(FakeToken("alg=RS256;kid=k", "broken"), kNow).result,
            AuthResult::kMalformed);
}

TEST_F(TokenVerifiers, NothingIsSaidOfClaimsBeforeTheSignatureIsRight) {
  EXPECT_EQ(Result("exp=" + At(-600) + ";aud=other;sub=", "forged"), AuthResult::kWrong);
}

TEST_F(TokenVerifiers, WithoutKeysNothingIsDecided) {
  issuers[0].keys->Replace(nullptr);
  EXPECT_EQ(Result(""), AuthResult::kNoKeys);
  EXPECT_EQ(Result("iss=other"), AuthResult::kUnknownIssuer);
}

TEST_F(TokenVerifiers, AnUnknownKeyIsToldOnceUntilKeysWereFetched) {
  int told = 0;
  const auto keys = std::make_shared<IssuerKeys>([&told] { ++told; });
  keys->Replace(issuers[0].keys->current());
  issuers[0].keys = keys;
  EXPECT_EQ(Result("", "word", "alg=RS256;kid=k"), AuthResult::kAccepted);
  EXPECT_EQ(Result("", "word", "alg=RS256"), AuthResult::kAccepted);
  EXPECT_EQ(told, 0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Result("", "word", "alg=RS256;kid=new" + std::to_string(i)), AuthResult::kUnknownKey);
  }
  EXPECT_EQ(told, 1);
  keys->StopWaiting();
  Result("", "word", "alg=RS256;kid=new");
  EXPECT_EQ(told, 2);
}

}  // namespace
}  // namespace gateway
