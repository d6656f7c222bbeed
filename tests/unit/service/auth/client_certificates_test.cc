#include "service/auth/client_certificates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;
using enum CertificateField;

TEST(CertificateNameMatch, AStarIsOnePartOfTheName) {
  EXPECT_THAT(MatchCertificateName(kSanUri, "spiffe://shop/ns/*/sa/*", "spiffe://shop/ns/a/sa/b"),
              Optional(ElementsAre("a", "b")));
  for (const std::string_view uri :
       {"spiffe://shop/ns/a/sa/", "spiffe://shop/ns//sa/b", "spiffe://shop/ns/a/x/sa/b",
        "spiffe://shop/ns/a/sa/b/c", "spiffe://shop/ns/a/sa/b/", "spiffe://shop.evil/ns/a/sa/b",
        "Spiffe://shop/ns/a/sa/b", "spiffe://shop/ns/a", ""}) {
    EXPECT_EQ(MatchCertificateName(kSanUri, "spiffe://shop/ns/*/sa/*", uri), std::nullopt) << uri;
  }
  EXPECT_THAT(MatchCertificateName(kSanDns, "*.eu.test", "shop.eu.test"),
              Optional(ElementsAre("shop")));
  EXPECT_EQ(MatchCertificateName(kSanDns, "*.eu.test", "evil.shop.eu.test"), std::nullopt);
  EXPECT_EQ(MatchCertificateName(kSanDns, "*.eu.test", ".eu.test"), std::nullopt);
  EXPECT_THAT(MatchCertificateName(kSubject, "CN=*,OU=edge,O=test", "CN=shop,OU=edge,O=test"),
              Optional(ElementsAre("shop")));
  EXPECT_EQ(MatchCertificateName(kSubject, "CN=*,O=test", "CN=a,O=x,O=test"), std::nullopt);
  EXPECT_EQ(MatchCertificateName(kSubject, "CN=*,O=test", "CN=a\\,O=x,O=test"), std::nullopt);
}

TEST(CertificateNameMatch, AnEscapedCommaIsNoEndOfAValue) {
  for (const std::string_view subject :
       {"CN=a\\,OU=edge", "CN=\\,OU=edge", "CN=a+OU=x,OU=edge", "CN=a\\+b,OU=edge",
        "CN=a,OU=edge,O=x", "O=x,CN=a,OU=edge"}) {
    EXPECT_EQ(MatchCertificateName(kSubject, "CN=*,OU=edge", subject), std::nullopt) << subject;
  }
  EXPECT_THAT(MatchCertificateName(kSubject, "CN=*,OU=edge", "CN=a,OU=edge"),
              Optional(ElementsAre("a")));
}

TEST(CertificateNameMatch, PartsOfPartsAreTheShortest) {
  EXPECT_THAT(MatchCertificateName(kCommonName, "*-*", "a-b-c"), Optional(ElementsAre("a", "b-c")));
  EXPECT_THAT(MatchCertificateName(kCommonName, "a*a*a", "aaaaa"), Optional(ElementsAre("a", "a")));
  EXPECT_EQ(MatchCertificateName(kCommonName, "a*a*a", "aaaa"), std::nullopt);
  EXPECT_THAT(MatchCertificateName(kCommonName, "svc *", "svc a/b.c,d"),
              Optional(ElementsAre("a/b.c,d")))
      << "a common name has no parts";
}

TEST(CertificateNameMatch, WithoutAStarItIsTheName) {
  EXPECT_THAT(MatchCertificateName(kSanDns, "a.test", "a.test"), Optional(ElementsAre()));
  EXPECT_EQ(MatchCertificateName(kSanDns, "a.test", "a.test."), std::nullopt);
}

TEST(CertificateNameMatch, AStarAloneIsEveryName) {
  EXPECT_THAT(MatchCertificateName(kSubject, "*", "CN=a,O=b"), Optional(ElementsAre("CN=a,O=b")));
  EXPECT_EQ(MatchCertificateName(kSanDns, "*", ""), std::nullopt) << "which is none";
}

TEST(CertificateRules, AreLegalIfEachDollarMeansSomething) {
  EXPECT_TRUE(IsLegalCertificateMatch("a*b*"));
  EXPECT_FALSE(IsLegalCertificateMatch("a**"));
  EXPECT_FALSE(IsLegalCertificateMatch(""));
  EXPECT_FALSE(IsLegalCertificateMatch("*a*b*c*d*e*f*g*h*i*j"));
  EXPECT_TRUE(IsLegalCertificatePrincipal("svc-$1", "a*"));
  EXPECT_TRUE(IsLegalCertificatePrincipal("$0", "a"));
  EXPECT_TRUE(IsLegalCertificatePrincipal("fixed", "a"));
  for (const std::string_view principal : {"", "$", "$2", "a$b", "$1$", "$$"}) {
    EXPECT_FALSE(IsLegalCertificatePrincipal(principal, "a*")) << principal;
  }
}

class ClientCertificatesTest : public ::testing::Test {
 protected:
  static std::optional<std::string> Of(std::vector<CertificateRule> rules,
                                       const CertificateNames& names) {
    return ClientCertificates(std::move(rules)).PrincipalOf(names);
  }
  const CertificateNames shop{"CN=shop,O=test",
                              "shop",
                              {"https://shop.test/", "spiffe://test/ns/eu/sa/shop"},
                              {"shop.test", "shop.eu.test"}};
};

TEST_F(ClientCertificatesTest, TheFirstRuleThatFitsOneOfTheNamesDecides) {
  const CertificateRule spiffe{kSanUri, "spiffe://test/ns/*/sa/*", "$2.$1"};
  const CertificateRule dns{kSanDns, "*.eu.test", "svc-$1"};
  const CertificateRule common{kCommonName, "*", "cn:$1"};
  const CertificateRule subject{kSubject, "*", "$0"};
  EXPECT_THAT(Of({spiffe, dns}, shop), Optional(std::string("shop.eu")));
  EXPECT_THAT(Of({dns, spiffe}, shop), Optional(std::string("svc-shop")));
  EXPECT_THAT(Of({{kSanDns, "*.us.test", "x"}, common}, shop), Optional(std::string("cn:shop")));
  EXPECT_THAT(Of({subject}, shop), Optional(std::string("CN=shop,O=test")));
}

TEST_F(ClientCertificatesTest, WithoutARuleThatFitsItProvesNobody) {
  EXPECT_EQ(Of({}, shop), std::nullopt);
  EXPECT_EQ(Of({{kSanDns, "other.test", "x"}}, shop), std::nullopt);
  EXPECT_EQ(Of({{kCommonName, "*", "x"}, {kSubject, "*", "x"}, {kSanUri, "*", "x"}}, {}),
            std::nullopt);
}

TEST_F(ClientCertificatesTest, MalformedNamesProveNobody) {
  CertificateNames names = shop;
  names.malformed = true;
  EXPECT_EQ(Of({{kSubject, "*", "x"}}, names), std::nullopt);
}

TEST_F(ClientCertificatesTest, AnIllegalPrincipalIsNobody) {
  CertificateNames names;
  for (const std::string name : {"anonymous", "group:ops", " a", "a\nb"}) {
    names.common_name = name;
    EXPECT_EQ(Of({{kCommonName, "*", "$1"}, {kCommonName, "*", "other"}}, names), std::nullopt)
        << name;
  }
}

}  // namespace
}  // namespace gateway
