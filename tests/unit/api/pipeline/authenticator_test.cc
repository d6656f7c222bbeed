#include "api/pipeline/authenticator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/fake_tokens.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using testing::FakeClock;
using testing::FakeHasher;
using testing::FakeMetrics;
using testing::KeyOf;

using Fields = std::vector<http::HeaderField>;

http::RequestHead Head(Fields fields) {
  http::RequestHead head;
  head.fields = std::move(fields);
  return head;
}

TEST(CredentialsInAHead, AKeyIsInEitherField) {
  const std::string key = KeyOf("shop");
  const std::string bearer = "Bearer " + key;
  for (const Fields& fields :
       {Fields{{"X-API-Key", key}}, Fields{{"x-api-key", key}}, Fields{{"Authorization", bearer}},
        Fields{{"X-API-Key", key}, {"Authorization", bearer}}}) {
    const Credentials found = CredentialsOf(Head(fields));
    EXPECT_EQ(found.scheme, AuthScheme::kApiKey);
    EXPECT_EQ(found.secret, key);
    EXPECT_FALSE(found.conflicting);
  }
}

TEST(CredentialsInAHead, TheSchemeIgnoresCaseAndTakesSeveralSpaces) {
  const std::string value = "bEARER   " + KeyOf("shop");
  EXPECT_EQ(CredentialsOf(Head({{"Authorization", value}})).secret, KeyOf("shop"));
}

TEST(CredentialsInAHead, AnyOtherBearerIsAToken) {
  for (const std::string_view value :
       {"Bearer eyJhbGciOi", "bearer   eyJhbGciOi", "Bearer KGW_x"}) {
    const Credentials found = CredentialsOf(Head({{"Authorization", value}}));
    EXPECT_EQ(found.scheme, AuthScheme::kToken) << value;
    EXPECT_EQ(found.secret, value.substr(value.rfind(' ') + 1));
  }
  EXPECT_EQ(CredentialsOf(Head({{"Authorization", "Bearer "}})).scheme, AuthScheme::kToken);
}

TEST(CredentialsInAHead, ABasicSchemeHasAPassword) {
  for (const std::string_view value : {"Basic YTpi", "bASIC   YTpi"}) {
    const Credentials found = CredentialsOf(Head({{"Authorization", value}}));
    EXPECT_EQ(found.scheme, AuthScheme::kBasic);
    EXPECT_EQ(found.secret, "YTpi");
  }
}

TEST(CredentialsInAHead, MalformedAuthorizationFieldsAreOfAnUnknownScheme) {
  for (const std::string_view value : {"", "Bearer", "Basic", "kgw_shop_x", "Basics YTpi",
                                       "Bearerkgw_shop_x", "Digest kgw_shop_x"}) {
    EXPECT_EQ(CredentialsOf(Head({{"Authorization", value}})).scheme, AuthScheme::kUnknown)
        << value;
  }
  EXPECT_EQ(CredentialsOf(Head({{"X-API-Key", ""}})).scheme, AuthScheme::kApiKey);
  EXPECT_EQ(CredentialsOf(Head({{"Cookie", "kgw_shop_x"}})).scheme, AuthScheme::kNone);
}

TEST(CredentialsInAHead, CredentialsThatDifferAreInConflict) {
  const std::string key = KeyOf("shop");
  const std::string other = KeyOf("shop", 'y');
  const std::string bearer = "Bearer " + other;
  EXPECT_TRUE(CredentialsOf(Head({{"X-API-Key", key}, {"Authorization", bearer}})).conflicting);
  EXPECT_TRUE(CredentialsOf(Head({{"X-API-Key", key}, {"X-API-Key", other}})).conflicting);
  EXPECT_TRUE(CredentialsOf(Head({{"X-API-Key", key}, {"Authorization", "Basic x"}})).conflicting);
  EXPECT_FALSE(CredentialsOf(Head({{"X-API-Key", key}, {"X-API-Key", key}})).conflicting);
}

class Authentications : public ::testing::Test {
 protected:
  static Route RouteOf(std::string path, bool by_topic) {
    Route route;
    route.path = std::move(path);
    route.by_topic = by_topic;
    return route;
  }
  Authenticator::Outcome Check(const Fields& fields, const Route& route,
                               const std::string& address = "192.0.2.1") {
    RequestContext context;
    context.route = &route;
    context.peer.address = address;
    if (certificate) context.peer.tls = http::TlsPeer{"TLSv1.3", certificate};
    return authenticator.Check(Head(fields), context);
  }
  ProblemType Try(const std::string& key, const std::string& address = "192.0.2.1") {
    const auto outcome = Check({{"X-API-Key", key}}, topics, address);
    EXPECT_TRUE(outcome.refusal);
    return outcome.refusal ? outcome.refusal->type : ProblemType::kInternal;
  }
  ApiKeyEntry Entry() const {
    ApiKeyEntry entry;
    entry.id = "shop";
    entry.digest = hasher.Sha256(KeyOf("shop"));
    entry.principal = "svc-shop";
    return entry;
  }
  void Grant(const std::string& principal) {
    access.Replace(std::make_shared<const AccessPolicy>(
        std::vector{Entry()}, Grants({{{principal}, {"orders"}, true, false, ""}}, {}), hasher));
  }

  // The rules of the access file, besides the key of svc-shop.
  void TakeCertificates(std::vector<CertificateRule> rules) {
    access.Replace(std::make_shared<const AccessPolicy>(
        std::vector{Entry()}, Grants({{{"anonymous"}, {"orders"}, true, false, ""}}, {}), hasher,
        Rates(), nullptr, ClientCertificates(std::move(rules))));
  }
  // Tokens of one issuer, besides the key of svc-shop.
  void TakeTokens() {
    TokenIssuer issuer;
    issuer.name = "https://id/";
    issuer.audience = "gateway";
    issuer.keys = std::make_shared<IssuerKeys>(
        testing::FakeKeys({TokenKey{"k", {SignatureAlgorithm::kRs256}, signing_key}}));
    access.Replace(std::make_shared<const AccessPolicy>(
        std::vector{Entry()}, Grants({{{"*"}, {"orders"}, true, false, ""}}, {}), hasher, Rates(),
        std::make_unique<const TokenVerifier>(std::vector{issuer}, parser)));
  }
  std::string Token(const std::string& name, std::string_view word = "word") const {
    return testing::FakeToken("alg=RS256;kid=k",
                              "iss=https://id/;aud=gateway;sub=" + name + ";exp=#" +
                                  std::to_string(clock.UnixMillis() / 1'000 + 600),
                              word);
  }
  void Present(CertificateNames names) {
    certificate = std::make_shared<ClientCertificate>(ClientCertificate{std::move(names)});
  }

  std::shared_ptr<ClientCertificate> certificate;  // of the peer
  FakeHasher hasher;
  testing::FakeTokenParser parser;
  std::shared_ptr<testing::FakeKey> signing_key =
      std::make_shared<testing::FakeKey>("word", SignatureAlgorithms{SignatureAlgorithm::kRs256});
  FakeClock clock;
  FakeMetrics metrics;
  AccessControl access{
      std::make_shared<const AccessPolicy>(std::vector<ApiKeyEntry>(), Grants(), hasher)};
  Authenticator authenticator{access, {"/health*", "/topics*"}, clock, metrics, 20};
  const Route topics = RouteOf("/topics", true);
  const Route page = RouteOf("/page", false);
};

TEST_F(Authentications, ARightKeyProvesItsPrincipalOnEveryPath) {
  Grant("svc-shop");
  const std::string key = KeyOf("shop");
  for (const Route* const route : {&topics, &page}) {
    const auto outcome = Check({{"X-API-Key", key}}, *route);
    EXPECT_FALSE(outcome.refusal);
    ASSERT_TRUE(outcome.caller);
    EXPECT_EQ(outcome.caller->principal.name, "svc-shop");
  }
  EXPECT_EQ(metrics.authentications.back(), std::pair(AuthScheme::kApiKey, AuthResult::kAccepted));
}

TEST_F(Authentications, UnknownAndWrongGetTheSameAnswer) {
  Grant("svc-shop");
  const std::string wrong_key = KeyOf("shop", 'y');
  const std::string unknown_key = KeyOf("nobody");
  const auto wrong = Check({{"X-API-Key", wrong_key}}, topics);
  const auto unknown = Check({{"X-API-Key", unknown_key}}, topics);
  ASSERT_TRUE(wrong.refusal && unknown.refusal);
  EXPECT_EQ(wrong.refusal->type, ProblemType::kUnauthorized);
  EXPECT_EQ(wrong.refusal->detail, unknown.refusal->detail);
  EXPECT_EQ(wrong.challenges, unknown.challenges);
  EXPECT_THAT(wrong.challenges,
              ElementsAre("Bearer realm=\"kafka-gateway\", error=\"invalid_token\""));
  EXPECT_EQ(wrong.result, "wrong") << "which the log says, and no answer";
  EXPECT_EQ(unknown.result, "unknown");
}

TEST_F(Authentications, WithoutCredentialsTheChallengeHasNoError) {
  const auto outcome = Check({}, topics);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->type, ProblemType::kUnauthorized);
  EXPECT_THAT(outcome.challenges, ElementsAre("Bearer realm=\"kafka-gateway\""));
}

TEST_F(Authentications, ConflictsAreABadRequest) {
  const auto outcome = Check({{"X-API-Key", "a"}, {"X-API-Key", "b"}}, topics);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->type, ProblemType::kBadRequest);
  EXPECT_EQ(outcome.challenges, std::vector<std::string>());
}

TEST_F(Authentications, TokensOfAnIssuerWithoutKeysAreToBeSentAgain) {
  TokenIssuer issuer;
  issuer.name = "https://id/";
  issuer.keys = std::make_shared<IssuerKeys>(KeySetPtr());
  access.Replace(std::make_shared<const AccessPolicy>(
      std::vector<ApiKeyEntry>(), Grants(), hasher, Rates(),
      std::make_unique<const TokenVerifier>(std::vector{issuer}, parser)));
  const std::string value = "Bearer " + testing::FakeToken("alg=RS256;kid=k", "iss=https://id/");
  const auto outcome = Check({{"Authorization", value}}, topics);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->type, ProblemType::kAuthenticationUnavailable);
  EXPECT_GT(outcome.refusal->retry_after.seconds, 0);
  EXPECT_EQ(outcome.challenges, std::vector<std::string>());
  EXPECT_EQ(outcome.result, "no-keys");
}

TEST_F(Authentications, AnonymousComesAsFarAsTopicsAreGrantedToIt) {
  Grant("anonymous");
  const auto outcome = Check({}, topics);
  EXPECT_FALSE(outcome.refusal);
  ASSERT_TRUE(outcome.caller);
  EXPECT_TRUE(outcome.caller->principal.anonymous());
  EXPECT_TRUE(Check({}, page).refusal) << "of what is no topic, nothing is granted";
}

TEST_F(Authentications, AnOpenPathNeedsNothingAndLooksAtNothing) {
  const auto outcome = Check({{"X-API-Key", "wrong"}}, RouteOf("/health/ready", false));
  EXPECT_FALSE(outcome.refusal);
  EXPECT_FALSE(outcome.caller);
  EXPECT_TRUE(metrics.authentications.empty());
}

TEST_F(Authentications, APathOfTopicsIsNeverOpen) {
  EXPECT_TRUE(Check({}, topics).refusal) << "although Access:Open has its path";
}

TEST_F(Authentications, AnAddressHasAFewFailedAttempts) {
  Grant("svc-shop");
  const std::string wrong = KeyOf("shop", 'y');
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Try(wrong), ProblemType::kUnauthorized);
  const auto outcome = Check({{"X-API-Key", wrong}}, topics);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->type, ProblemType::kRateLimited);
  EXPECT_EQ(outcome.refusal->retry_after.seconds, 3);
  EXPECT_EQ(outcome.refusal->headers.front().second, "\"failed-attempts\";r=0;t=3");
  EXPECT_EQ(outcome.refusal->headers.back().second, "\"failed-attempts\";q=20;w=60");
  EXPECT_EQ(outcome.challenges, std::vector<std::string>());
  EXPECT_EQ(outcome.result, "wrong") << "for the log";
  EXPECT_TRUE(metrics.Rejected("failed-attempts"));
  EXPECT_EQ(metrics.authentications.size(), 21U);
  EXPECT_EQ(Try(wrong, "192.0.2.2"), ProblemType::kUnauthorized) << "another address";
  EXPECT_EQ(Try(KeyOf("nobody")), ProblemType::kRateLimited) << "whatever is tried";
  clock.Advance(std::chrono::seconds(3));
  EXPECT_EQ(Try(wrong), ProblemType::kUnauthorized);
  EXPECT_EQ(Try(wrong), ProblemType::kRateLimited);
}

TEST_F(Authentications, AnIpv6ClientHasAFewForAllItsAddresses) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Try("x", "2001:db8::" + std::to_string(i)), ProblemType::kUnauthorized);
  }
  EXPECT_EQ(Try("x", "2001:db8::ffff:1"), ProblemType::kRateLimited);
  EXPECT_EQ(Try("x", "2001:db8:0:1::1"), ProblemType::kUnauthorized) << "of another /64";
}

TEST_F(Authentications, AValidKeyIsNeverKeptOutByFailedAttemptsFromItsAddress) {
  Grant("svc-shop");
  for (int i = 0; i < 30; ++i) Try(KeyOf("shop", 'y'));
  EXPECT_EQ(Try(KeyOf("shop", 'y')), ProblemType::kRateLimited);
  const std::string key = KeyOf("shop");
  EXPECT_FALSE(Check({{"X-API-Key", key}}, topics).refusal);
}

TEST_F(Authentications, AnAddressWithFailedAttemptsBuysNoSignaturesWithNewTokens) {
  TakeTokens();
  const std::string known = "Bearer " + Token("ann");
  EXPECT_TRUE(Check({{"Authorization", known}}, topics).caller);
  const std::string forged = "Bearer " + Token("eve", "another word");
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(Check({{"Authorization", forged}}, topics).refusal->type, ProblemType::kUnauthorized);
  }
  for (const std::string& token : {forged, "Bearer " + Token("bob")}) {
    const auto outcome = Check({{"Authorization", token}}, topics);
    ASSERT_TRUE(outcome.refusal);
    EXPECT_EQ(outcome.refusal->type, ProblemType::kRateLimited);
  }
  EXPECT_EQ(signing_key->verified, 21);
  EXPECT_TRUE(Check({{"Authorization", known}}, topics).caller) << "verified before";
  EXPECT_EQ(Check({{"Authorization", forged}}, topics, "192.0.2.2").refusal->type,
            ProblemType::kUnauthorized);
}

TEST_F(Authentications, WhoShowsNothingTriesNothing) {
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(Check({}, topics).refusal->type, ProblemType::kUnauthorized);
    EXPECT_EQ(Check({{"X-API-Key", "a"}, {"X-API-Key", "b"}}, topics).refusal->type,
              ProblemType::kBadRequest);
  }
  EXPECT_EQ(Try("a"), ProblemType::kUnauthorized);
}

TEST_F(Authentications, ACertificateProvesWhoTheRulesSay) {
  TakeCertificates({{CertificateField::kCommonName, "*", "cert-$1"}});
  Present({"CN=pay", "pay", {}, {}});
  const auto outcome = Check({}, page);
  EXPECT_FALSE(outcome.refusal);
  ASSERT_TRUE(outcome.caller);
  EXPECT_EQ(outcome.caller->principal.name, "cert-pay");
  EXPECT_EQ(metrics.authentications.back(),
            std::pair(AuthScheme::kCertificate, AuthResult::kAccepted));
}

TEST_F(Authentications, TheRulesAreAppliedOncePerConnectionAndPolicy) {
  TakeCertificates({{CertificateField::kCommonName, "*", "cert-$1"}});
  Present({"CN=pay", "pay", {}, {}});
  const auto first = Check({}, page).caller;
  EXPECT_EQ(Check({}, page).caller, first) << "the same caller";
  TakeCertificates({{CertificateField::kCommonName, "*", "other-$1"}});
  EXPECT_EQ(Check({}, page).caller->principal.name, "other-pay");
  TakeCertificates({{CertificateField::kSanDns, "*", "other-$1"}});
  EXPECT_TRUE(Check({}, page).refusal);
  EXPECT_TRUE(Check({}, page).refusal);
}

TEST_F(Authentications, ACertificateThatNoRuleFitsIsRefusedAlsoWhereAnonymousIsNot) {
  TakeCertificates({{CertificateField::kSanUri, "spiffe://test/*", "$1"}});
  EXPECT_FALSE(Check({}, topics).refusal) << "without one";
  Present({"CN=pay", "pay", {"spiffe://other/pay"}, {}});
  const auto outcome = Check({}, topics);
  ASSERT_TRUE(outcome.refusal);
  EXPECT_EQ(outcome.refusal->type, ProblemType::kUnauthorized);
  EXPECT_EQ(outcome.result, "unknown");
  Present({"CN=pay", "pay", {"spiffe://test/pay"}, {}, true});
  EXPECT_EQ(Check({}, topics).result, "malformed");
}

TEST_F(Authentications, CredentialsInTheHeadCountInsteadOfTheCertificate) {
  TakeCertificates({{CertificateField::kCommonName, "*", "cert-$1"}});
  Present({"CN=pay", "pay", {}, {}});
  const std::string key = KeyOf("shop");
  EXPECT_EQ(Check({{"X-API-Key", key}}, page).caller->principal.name, "svc-shop");
  EXPECT_TRUE(Check({{"X-API-Key", "wrong"}}, page).refusal);
}

TEST_F(Authentications, WithoutRulesACertificateProvesNothing) {
  TakeCertificates({});
  Present({"CN=pay", "pay", {}, {}});
  EXPECT_TRUE(Check({}, topics).caller->principal.anonymous());
  EXPECT_TRUE(Check({}, page).refusal);
}

TEST_F(Authentications, AReplacedPolicyCountsAtOnce) {
  const std::string key = KeyOf("shop");
  EXPECT_TRUE(Check({{"X-API-Key", key}}, topics).refusal);
  Grant("svc-shop");
  EXPECT_FALSE(Check({{"X-API-Key", key}}, topics).refusal);
}

}  // namespace
}  // namespace gateway
