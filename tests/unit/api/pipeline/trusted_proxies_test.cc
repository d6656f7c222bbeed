#include "api/pipeline/trusted_proxies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Optional;

using Fields = std::vector<http::HeaderField>;

http::RequestHead Head(Fields fields) {
  http::RequestHead head;
  head.fields = std::move(fields);
  return head;
}

TEST(AddressOfNode, IsReadInAllItsForms) {
  for (const std::string_view node : {"192.0.2.1", "192.0.2.1:80", "::ffff:192.0.2.1"}) {
    EXPECT_THAT(AddressOfNode(node), Optional(std::string("192.0.2.1"))) << node;
  }
  for (const std::string_view node : {"2001:db8::1", "[2001:DB8::1]", "[2001:db8::1]:443"}) {
    EXPECT_THAT(AddressOfNode(node), Optional(std::string("2001:db8::1"))) << node;
  }
}

TEST(AddressOfNode, TextsThatAreNoAddressGiveNone) {
  for (const std::string_view node :
       {"", "unknown", "_hidden", "192.0.2.1:", "192.0.2.1:x", "192.0.2.1:123456", "[192.0.2.1]",
        "[::1", "[::1]x", "[::1]:", "::1]", "[]", "192.0.2", "localhost:80", ":80"}) {
    EXPECT_EQ(AddressOfNode(node), std::nullopt) << node;
  }
}

class TrustedProxiesTest : public ::testing::Test {
 protected:
  std::string Of(Fields fields, const std::string& peer = "10.0.0.1") const {
    return proxies.ClientAddress(Head(std::move(fields)), peer);
  }
  const TrustedProxies proxies{{"10.0.0.0/8", "2001:db8:ffff::/48"}};
};

TEST_F(TrustedProxiesTest, NobodyIsTrustedByDefault) {
  EXPECT_FALSE(TrustedProxies().Trust("127.0.0.1"));
  EXPECT_TRUE(proxies.Trust("10.1.2.3"));
  EXPECT_TRUE(proxies.Trust("2001:db8:ffff::9"));
  EXPECT_FALSE(proxies.Trust("11.0.0.1"));
  EXPECT_FALSE(proxies.Trust("?"));
}

TEST_F(TrustedProxiesTest, AnUntrustedPeerIsTheClientWhateverItSays) {
  EXPECT_EQ(Of({{"X-Forwarded-For", "192.0.2.7"}, {"Forwarded", "for=192.0.2.7"}}, "198.51.100.1"),
            "198.51.100.1");
}

TEST_F(TrustedProxiesTest, TheClientIsTheRightMostAddressThatIsNotTrusted) {
  EXPECT_EQ(Of({{"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(Of({{"X-Forwarded-For", "203.0.113.66, 192.0.2.7"}}), "192.0.2.7") << "made up";
  EXPECT_EQ(Of({{"X-Forwarded-For", "203.0.113.66, 192.0.2.7, 10.0.0.9,10.0.0.8"}}), "192.0.2.7");
  EXPECT_EQ(Of({{"x-forwarded-for", "203.0.113.66"}, {"X-Forwarded-For", "192.0.2.7"}}),
            "192.0.2.7")
      << "several fields are one list";
  EXPECT_EQ(Of({{"Forwarded", "for=203.0.113.66, for=\"[2001:db8::7]:4711\";proto=https;by=x"}}),
            "2001:db8::7");
  EXPECT_EQ(Of({{"Forwarded", "proto=http;For=192.0.2.7"}}, "2001:db8:ffff::1"), "192.0.2.7");
}

TEST_F(TrustedProxiesTest, AnUnreadableAddressEndsTheSearch) {
  EXPECT_EQ(Of({}), "10.0.0.1");
  EXPECT_EQ(Of({{"X-Forwarded-For", ""}}), "10.0.0.1");
  EXPECT_EQ(Of({{"X-Forwarded-For", "192.0.2.7, unknown"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"X-Forwarded-For", "192.0.2.7, unknown, 10.0.0.9"}}), "10.0.0.9");
  EXPECT_EQ(Of({{"X-Forwarded-For", "192.0.2.7,"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"Forwarded", "for=192.0.2.7, for=_hidden"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"Forwarded", "for=192.0.2.7, proto=https"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"Forwarded", "for=\"192.0.2.7"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"Forwarded", "for=\""}, {"Forwarded", "for=192.0.2.7"}}), "192.0.2.7")
      << "the line of the proxy can be read";
  EXPECT_EQ(Of({{"Forwarded", ";;,,==\"\\"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"X-Forwarded-For", std::string(10'000, ',')}}), "10.0.0.1");
}

TEST_F(TrustedProxiesTest, IfAllAreTrustedItIsTheFirstOfThem) {
  EXPECT_EQ(Of({{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}), "10.0.0.3");
}

TEST_F(TrustedProxiesTest, TwoFieldsMustAgree) {
  EXPECT_EQ(Of({{"Forwarded", "for=192.0.2.7"}, {"X-Forwarded-For", "192.0.2.7"}}), "192.0.2.7");
  EXPECT_EQ(Of({{"Forwarded", "for=203.0.113.66"}, {"X-Forwarded-For", "192.0.2.7"}}), "10.0.0.1");
  EXPECT_EQ(Of({{"Forwarded", ""}, {"X-Forwarded-For", "192.0.2.7"}}), "10.0.0.1");
}

CertificateNames Certificate(std::vector<std::string> values) {
  http::RequestHead head;
  for (const std::string& value : values) head.fields.push_back({"x-forwarded-client-cert", value});
  return ForwardedCertificate(head).value_or(CertificateNames());
}

TEST(ForwardedCertificate, IsAbsentWithoutTheField) {
  EXPECT_EQ(ForwardedCertificate(Head({{"X-Forwarded-For", "x"}})), std::nullopt);
}

TEST(ForwardedCertificate, HasTheNamesThatTheProxySays) {
  const CertificateNames names = Certificate(
      {"By=spiffe://test/proxy;Hash=46;Subject=\"CN=shop,OU=\\\"a;b\\\"\";URI=spiffe://test/a;"
       "DNS=Shop.test;DNS=b.test"});
  EXPECT_EQ(names.subject, "CN=shop,OU=\"a;b\"");
  EXPECT_THAT(names.uris, ElementsAre("spiffe://test/a"));
  EXPECT_THAT(names.dns_names, ElementsAre("shop.test", "b.test"));
  EXPECT_EQ(names.common_name, "");
  EXPECT_FALSE(names.malformed);
}

TEST(ForwardedCertificate, OnlyWhatTheNearestProxyAddedCounts) {
  EXPECT_THAT(Certificate({"URI=spiffe://test/made-up,URI=spiffe://test/a"}).uris,
              ElementsAre("spiffe://test/a"));
  EXPECT_THAT(Certificate({"URI=spiffe://test/made-up", "URI=spiffe://test/a"}).uris,
              ElementsAre("spiffe://test/a"));
  EXPECT_TRUE(Certificate({"URI=spiffe://test/made-up,Hash=1"}).uris.empty());
}

TEST(ForwardedCertificate, GarbageIsMalformed) {
  for (const std::string value :
       {"", ",", "URI", "=x", "URI=a;;DNS=b", "Subject=\"CN=a", "Subject=\"CN=a\"b",
        "Subject=a\"b\"", "Subject=\"a\";Subject=\"b\"", "URI=\"a\\\"", "URI=a\x01",
        "URI=spiffe://test/a,"}) {
    EXPECT_TRUE(Certificate({value}).malformed) << value;
  }
}

class BehindAProxy : public testing::PipelineTest {
 protected:
  BehindAProxy() {
    handler = &secured;
    Route route;
    route.path = "/page";
    route.handler = [](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
      exchange->Reply({});
    };
    router.Add(std::move(route));
  }
  static std::string Get(const std::string& fields) {
    return "GET /page HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
  }
  int Status(const std::string& fields) {
    Begin(Get(fields));
    if (early_answer) return early_answer->status;
    return Answer()->status;
  }
  const std::string& Field(const std::string& name) { return logger.lines.back().fields[name]; }

  // The peer of the fixture is 192.0.2.1.
  const TrustedProxies proxies{{"192.0.2.0/24"}};
  const TrustedProxies others{{"10.0.0.0/8"}};
  testing::FakeHasher hasher;
  AccessControl access{std::make_shared<const AccessPolicy>(
      std::vector<ApiKeyEntry>(), Grants(), hasher, Rates(), nullptr,
      ClientCertificates({{CertificateField::kSanUri, "spiffe://test/*", "svc-$1"}}))};
  Authenticator authenticator{access, {}, clock, metrics, 20};
  Pipeline secured{router,  cors,   access_log, admission,      lifecycle, clock,
                   metrics, logger, NoTracer(), &authenticator, &proxies};
  Pipeline distrusting{router,  cors,   access_log, admission,      lifecycle, clock,
                       metrics, logger, NoTracer(), &authenticator, &others};
};

TEST_F(BehindAProxy, TheCertificateIsTheOneThatTheProxyNames) {
  EXPECT_EQ(Status("X-Forwarded-Client-Cert: URI=spiffe://test/shop\r\n"), 200);
  EXPECT_EQ(Field("enduser.id"), "svc-shop");
  EXPECT_EQ(metrics.authentications.back().first, AuthScheme::kCertificate);
  EXPECT_EQ(Status("X-Forwarded-Client-Cert: URI=spiffe://other/shop\r\n"), 401);
  EXPECT_EQ(Status("X-Forwarded-Client-Cert: \"\r\n"), 401);
  EXPECT_EQ(Field("auth.refusal"), "malformed");
  EXPECT_EQ(Status(""), 401);
}

TEST_F(BehindAProxy, WhoIsNoTrustedProxyCanSayNothing) {
  handler = &distrusting;
  EXPECT_EQ(Status("X-Forwarded-Client-Cert: URI=spiffe://test/shop\r\n"
                   "X-Forwarded-For: 198.51.100.7\r\n"),
            401);
  EXPECT_EQ(Field("auth.refusal"), "missing");
  EXPECT_EQ(Field("client.address"), "192.0.2.1");
  EXPECT_EQ(Field("network.peer.address"), "");
}

TEST_F(BehindAProxy, TheLogHasBothAddresses) {
  Status("X-Forwarded-For: 198.51.100.7\r\n");
  EXPECT_EQ(Field("client.address"), "198.51.100.7");
  EXPECT_EQ(Field("network.peer.address"), "192.0.2.1");
}

TEST_F(BehindAProxy, FailedAttemptsCountForTheClientAndNotForTheProxy) {
  const auto attempt = [this](const std::string& client) {
    return Status("X-API-Key: wrong\r\nX-Forwarded-For: 203.0.113.66, " + client + "\r\n");
  };
  for (int i = 0; i < 20; ++i) EXPECT_EQ(attempt("198.51.100.7"), 401);
  EXPECT_EQ(attempt("198.51.100.7"), 429);
  EXPECT_EQ(attempt("198.51.100.8"), 401);
}

}  // namespace
}  // namespace gateway
