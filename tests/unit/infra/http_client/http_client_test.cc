#include "infra/http_client/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "support/cpp/canned_server.h"

namespace gateway {
namespace {

using testing::CannedServer;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Identity;
using testing::MakeIdentity;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestDirectory;

HttpClient::Options WithHttp() {
  HttpClient::Options options;
  options.allow_http = true;
  options.connect_timeout = options.timeout = std::chrono::seconds(20);
  return options;
}

TEST(HttpClient, GetsAnAnswerWithItsFields) {
  std::string request;
  const CannedServer server([&request](const std::string& got) {
    request = got;
    return CannedServer::Ok("{\"keys\": []}", "Cache-Control:  max-age=60 \r\n");
  });
  HttpClient client(WithHttp());
  const auto outcome = client.Get(server.Url("/jwks?a=b"), {{"Accept", "application/json"}});
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome.value().status, 200);
  EXPECT_EQ(outcome.value().body, "{\"keys\": []}");
  EXPECT_EQ(outcome.value().Find("cache-control"), "max-age=60");
  EXPECT_EQ(outcome.value().Find("etag"), std::nullopt);
  EXPECT_THAT(request, StartsWith("GET /jwks?a=b HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept: application/json\r\n"));
}

TEST(HttpClient, PostsAForm) {
  std::string request;
  const CannedServer server([&request](const std::string& got) {
    request = got;
    return CannedServer::Ok("ok");
  });
  HttpClient client(WithHttp());
  const std::string form =
      FormOf({{"grant_type", "client_credentials"}, {"scope", "a b&c=\xC3\xA4"}});
  const auto outcome = client.Post(server.Url("/token"), form, std::string(kFormContentType),
                                   {{"Authorization", "Basic YTpi"}});
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_THAT(request, StartsWith("POST /token HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/x-www-form-urlencoded\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Basic YTpi\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Expect:")));
  EXPECT_THAT(request, EndsWith("\r\n\r\ngrant_type=client_credentials&scope=a%20b%26c%3D%C3%A4"));
}

TEST(HttpClient, AnErrorStatusIsAnAnswer) {
  const CannedServer server([](const std::string&) {
    return "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy";
  });
  const auto outcome = HttpClient(WithHttp()).Get(server.Url());
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome.value().status, 503);
  EXPECT_EQ(outcome.value().body, "busy");
}

TEST(HttpClient, FollowsNoRedirect) {
  int requests = 0;
  const CannedServer server([&requests](const std::string&) {
    ++requests;
    return "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\nConnection: "
           "close\r\n\r\n";
  });
  const auto outcome = HttpClient(WithHttp()).Get(server.Url());
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome.value().status, 302);
  EXPECT_EQ(requests, 1);
}

TEST(HttpClient, StopsAtItsLimitWhateverTheServerAnnounces) {
  HttpClient::Options options = WithHttp();
  options.max_body_bytes = 10;
  const auto ask = [&options](const std::string& answer) {
    const CannedServer server([&answer](const std::string&) { return answer; });
    return HttpClient(options).Get(server.Url("/big?secret"));
  };
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
      "6\r\nabcdef\r\n5\r\nghijk\r\n0\r\n\r\n";
  EXPECT_TRUE(ask(CannedServer::Ok(std::string(10, 'x'))).ok());
  for (const std::string& answer : {CannedServer::Ok(std::string(11, 'x')), chunked}) {
    const auto outcome = ask(answer);
    ASSERT_FALSE(outcome.ok());
    EXPECT_THAT(outcome.error(), EndsWith("/big: the answer is larger than 10 bytes"));
  }
  const auto long_head = ask(CannedServer::Ok("", "A: " + std::string(70'000, 'x') + "\r\n"));
  EXPECT_FALSE(long_head.ok());
}

TEST(HttpClient, ItsTimeEnds) {
  const CannedServer silent([](const std::string&) { return std::string(); });
  HttpClient::Options options = WithHttp();
  options.timeout = std::chrono::milliseconds(50);
  const auto outcome = HttpClient(options).Get(silent.Url("/jwks"));
  ASSERT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.error(), EndsWith("/jwks: there was no complete answer in time"));
}

TEST(HttpClient, SaysWhyItCannotConnect) {
  std::string url;
  {
    url = CannedServer([](const std::string&) { return std::string(); }).Url();
  }
  const auto outcome = HttpClient(WithHttp()).Get(url);
  ASSERT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.error(), HasSubstr("Failed to connect"));
}

class HttpClientOverTls : public ::testing::Test {
 protected:
  static std::string Answer(const std::string&) { return CannedServer::Ok("secure"); }
  HttpClient::Outcome Get(const Identity& server_identity) {
    const CannedServer server(Answer, server_identity);
    HttpClient::Options options = WithHttp();
    options.allow_http = false;
    options.ca_file = ca_file;
    return HttpClient(options).Get(server.Url());
  }
  TestDirectory directory;
  const Identity authority = MakeIdentity("authority");
  std::string ca_file = directory.Write("ca.pem", authority.CertificatePem());
};

TEST_F(HttpClientOverTls, TrustsItsAuthority) {
  const auto outcome = Get(MakeIdentity("localhost", &authority));
  ASSERT_TRUE(outcome.ok()) << outcome.error();
  EXPECT_EQ(outcome.value().body, "secure");
}

TEST_F(HttpClientOverTls, TrustsNoOtherAuthorityAndNoOtherName) {
  const Identity other = MakeIdentity("other");
  for (const Identity& identity :
       {MakeIdentity("localhost", &other), MakeIdentity("example.org", &authority)}) {
    const auto outcome = Get(identity);
    ASSERT_FALSE(outcome.ok());
    EXPECT_THAT(outcome.error(), HasSubstr("SSL"));
  }
}

TEST_F(HttpClientOverTls, TakesTheAuthoritiesOfTheEnvironment) {
  setenv("SSL_CERT_FILE", ca_file.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  ca_file.clear();
  const auto outcome = Get(MakeIdentity("localhost", &authority));
  unsetenv("SSL_CERT_FILE");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_TRUE(outcome.ok()) << outcome.error();
}

TEST_F(HttpClientOverTls, SaysThatItsAuthoritiesCannotBeRead) {
  ca_file = directory.Path("none.pem");
  EXPECT_THAT(Get(MakeIdentity("localhost", &authority)).error(), HasSubstr("none.pem"));
}

TEST(UrlsOfOtherServers, MustBeHttpsWithoutCredentials) {
  EXPECT_EQ(WhyNotUrl("https://id.example/jwks?x=y", false), "");
  EXPECT_EQ(WhyNotUrl("http://id.example:81/", true), "");
  EXPECT_EQ(WhyNotUrl("http://id.example/", false),
            "is not an https:// URL, and http:// is not allowed");
  for (const char* const url :
       {"", "id.example", "file:///etc/passwd", "ftp://id.example/", "https://", "https://a b/",
        "https://u:p@id.example/", "https://u@id.example/", "https://id.example/#x",
        "https://id.example/\n"}) {
    EXPECT_NE(WhyNotUrl(url, true), "") << url;
  }
}

TEST(UrlsOfOtherServers, AreCheckedBeforeAnythingIsSent) {
  EXPECT_EQ(HttpClient({}).Get("http://127.0.0.1:1/").error(),
            "is not an https:// URL, and http:// is not allowed");
}

}  // namespace
}  // namespace gateway
