#include "api/pipeline/cors.h"

#include <gtest/gtest.h>

#include <string>

#include "api/api.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

const std::string kShop = "https://shop.example";

// The whole of `api`, which gets heads of requests.
class CorsTest : public ::testing::Test {
 protected:
  http::Response Ask(http::Method method, std::string_view path,
                     std::vector<http::HeaderField> fields) {
    ApiOptions options;
    options.allowed_origins = allowed;
    api_.emplace(std::move(options), service_, catalog_, readiness_, lifecycle_, clock_, metrics_,
                 metrics_, metrics_, logger_);
    http::RequestHead head;
    head.method = method;
    head.path = path;
    head.fields = std::move(fields);
    http::HeadVerdict verdict = api_->handler().OnHead(head, {"127.0.0.1", 4'711, std::nullopt});
    EXPECT_TRUE(verdict.answer) << "the head alone must be enough";
    return verdict.answer ? *verdict.answer : http::Response();
  }
  http::Response Preflight(std::string_view path, std::string_view origin) {
    return Ask(http::Method::kOptions, path,
               {{"Origin", origin}, {"Access-Control-Request-Method", "POST"}});
  }
  static std::string Field(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "";
  }

  std::vector<std::string> allowed = {"http://localhost:3000", kShop};

 private:
  testing::FakeClock clock_;
  testing::FakeKafkaHealth kafka_;
  testing::FakeLogger logger_;
  testing::FakeMetrics metrics_;
  testing::FakeProducer producer_;
  testing::FakeTopicCatalog catalog_;
  const Lifecycle lifecycle_;
  const Readiness readiness_{kafka_, lifecycle_, clock_, std::chrono::milliseconds(0)};
  ProduceService service_{producer_, clock_, metrics_, TopicPolicy({"*"}, {}), RecordLimits()};
  std::optional<Api> api_;
};

TEST_F(CorsTest, APreflightOfAnAllowedOriginSaysWhatItMaySend) {
  const http::Response answer = Preflight("/api/kafka/send", kShop);
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Origin"), kShop);
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Headers"),
            "Authorization, X-API-Key, Content-Type, Content-Encoding, Request-Timeout-Ms, "
            "X-Request-Id, Idempotency-Key, Prefer, traceparent, tracestate");
  EXPECT_EQ(Field(answer, "Access-Control-Max-Age"), "600");
  EXPECT_EQ(Field(answer, "Vary"), "Origin");
}

TEST_F(CorsTest, FieldsThatBecomeRecordHeadersAreAllowedByTheNamesThatAreAskedFor) {
  const http::Response answer =
      Ask(http::Method::kOptions, "/api/kafka/send",
          {{"Origin", kShop},
           {"Access-Control-Request-Method", "POST"},
           {"Access-Control-Request-Headers",
            "authorization,kafka-header-trace, Kafka-Header-x ,kafka-header-,kafka-header-a b"}});
  const std::string allowed_names = Field(answer, "Access-Control-Allow-Headers");
  EXPECT_TRUE(allowed_names.ends_with("tracestate, kafka-header-trace, Kafka-Header-x"))
      << allowed_names;
}

TEST_F(CorsTest, APreflightOfAForeignOriginIsAnOrdinaryRequest) {
  const http::Response answer = Preflight("/api/kafka/send", "https://evil.example");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(Field(answer, "Allow"), "POST, OPTIONS");
  for (const auto& header : answer.headers)
    EXPECT_FALSE(header.first.starts_with("Access-Control"));
}

TEST_F(CorsTest, APreflightOfAPathThatIsNotThereIs404) {
  EXPECT_EQ(Preflight("/nowhere", kShop).status, 404);
}

TEST_F(CorsTest, OptionsWithoutARequestedMethodIsNoPreflight) {
  const http::Response answer = Ask(http::Method::kOptions, "/api/kafka/send", {{"Origin", kShop}});
  EXPECT_EQ(Field(answer, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Methods"), "");
}

TEST_F(CorsTest, AnAnswerToAnAllowedOriginMayBeReadWithItsRequestId) {
  const http::Response answer = Ask(http::Method::kGet, "/nowhere", {{"Origin", kShop}});
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Origin"), kShop);
  EXPECT_EQ(Field(answer, "Access-Control-Expose-Headers"),
            "X-Request-Id, Retry-After, Preference-Applied, WWW-Authenticate");
  EXPECT_EQ(Field(answer, "Vary"), "Origin");
}

TEST_F(CorsTest, OriginsAreComparedWhole) {
  for (const char* origin : {"https://shop.example.evil", "https://shop.exampl", "null", "*",
                             "http://shop.example", "https://shop.example:8443"}) {
    const http::Response answer = Ask(http::Method::kGet, "/nowhere", {{"Origin", origin}});
    EXPECT_EQ(Field(answer, "Access-Control-Allow-Origin"), "") << origin;
    EXPECT_EQ(Field(answer, "Vary"), "Origin") << "a cache must not mix them up";
  }
}

TEST_F(CorsTest, AnAsteriskAllowsEveryOrigin) {
  allowed = {"*"};
  const http::Response answer = Ask(http::Method::kGet, "/nowhere", {{"Origin", "https://x"}});
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Origin"), "*");
}

TEST_F(CorsTest, IsOffUnlessOriginsAreNamed) {
  allowed = {};
  const http::Response answer = Preflight("/api/kafka/send", kShop);
  EXPECT_EQ(Field(answer, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(Field(answer, "Vary"), "");
  EXPECT_EQ(Field(answer, "Access-Control-Allow-Origin"), "");
}

}  // namespace
}  // namespace gateway
