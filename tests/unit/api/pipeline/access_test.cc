// Requests with an access file, through the pipeline.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway::testing {
namespace {

class Access : public PipelineTest {
 protected:
  Access() {
    handler = &secured;
    const auto answer = [this](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
      ++handled;
      exchange->Reply({});
    };
    Add("/send", http::Method::kPost, true, answer);
    Add("/topics/{topic}", http::Method::kPost, true, answer);
    Add("/topics/{topic}", http::Method::kGet, false, answer);
    router.Add({http::Method::kGet, "/health", answer, {}, false, true});
  }
  void Add(std::string path, http::Method method, bool sends, RouteHandler with) {
    Route route;
    route.method = method;
    route.path = std::move(path);
    route.handler = std::move(with);
    route.sends_records = sends;
    route.by_topic = true;
    router.Add(std::move(route));
  }

  ApiKeyEntry Entry() const {
    ApiKeyEntry entry;
    entry.id = "shop";
    entry.digest = hasher.Sha256(KeyOf("shop"));
    entry.principal = "svc-shop";
    return entry;
  }
  std::string With(const std::string& line, const std::string& sent) const {
    return line +
           " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\n" +
           (sent.empty() ? "" : "X-API-Key: " + sent + "\r\n") + "\r\n{}";
  }
  std::string FieldOfLog(std::string_view name) const {
    for (const auto& line : logger.lines) {
      const auto field = line.fields.find(std::string(name));
      if (field != line.fields.end()) return field->second;
    }
    return "";
  }

  FakeHasher hasher;
  AccessControl access{
      std::make_shared<const AccessPolicy>(std::vector{Entry()},
                                           Grants({{{"svc-*"}, {"orders", "in.*"}, true, false, ""},
                                                   {{"svc-*"}, {"reports"}, false, true, ""}},
                                                  {{{"*"}, {"in.secret"}, true, true, ""}}),
                                           hasher)};
  Authenticator authenticator{access, {"/health*"}, clock, metrics};
  Pipeline secured{router, cors,    access_log, admission,  lifecycle,
                   clock,  metrics, logger,     NoTracer(), &authenticator};
  int handled = 0;
  const std::string key = KeyOf("shop");
};

TEST_F(Access, WithoutCredentialsNothingIsReadOrCounted) {
  Begin(With("POST /send", ""));
  ASSERT_TRUE(early_answer) << "the head is enough";
  EXPECT_EQ(early_answer->status, 401);
  EXPECT_EQ(JsonOf(*early_answer)["code"], "Unauthorized");
  EXPECT_EQ(HeaderOf(*early_answer, "WWW-Authenticate"), "Bearer realm=\"kafka-gateway\"");
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(handled, 0);
}

TEST_F(Access, AKnownCallerReachesTheHandler) {
  EXPECT_EQ(Ask(With("POST /send", key)).status, 200);
  EXPECT_EQ(handled, 1);
  EXPECT_THAT(metrics.principals, ::testing::ElementsAre(std::pair("svc-shop", 200)));
}

TEST_F(Access, ATopicInThePathIsDecidedOnTheHead) {
  Begin(With("POST /topics/payroll", key));
  ASSERT_TRUE(early_answer) << "the head is enough";
  EXPECT_EQ(early_answer->status, 403);
  const auto json = JsonOf(*early_answer);
  EXPECT_EQ(json["code"], "Forbidden");
  EXPECT_EQ(json["detail"], "\"svc-shop\" may not write to \"payroll\".");
  EXPECT_EQ(json["errors"][0]["parameter"], "topic");
  EXPECT_EQ(Ask(With("POST /topics/orders", key)).status, 200);
  EXPECT_EQ(Ask(With("POST /topics/in.eu", key)).status, 200);
  EXPECT_EQ(Ask(With("POST /topics/in.secret", key)).status, 403);
  EXPECT_EQ(Ask(With("POST /topics/%6Frders", key)).status, 200) << "decoded before it is decided";
  EXPECT_EQ(Ask(With("POST /topics/in%2Esecret", key)).status, 403);
}

TEST_F(Access, ReadingIsNotWriting) {
  EXPECT_EQ(Ask(With("POST /topics/reports", key)).status, 403);
  EXPECT_EQ(Ask(With("GET /topics/reports", key)).status, 200);
  EXPECT_EQ(Ask(With("GET /topics/orders", key)).status, 200) << "who may write it may see it";
  EXPECT_EQ(Ask(With("GET /topics/payroll", key)).status, 403);
  EXPECT_EQ(Ask(With("HEAD /topics/payroll", key)).status, 403);
}

TEST_F(Access, AnIllegalTopicIsLeftToTheHandler) {
  EXPECT_EQ(Ask(With("POST /topics/a%20b", key)).status, 200);
  EXPECT_EQ(handled, 1);
}

TEST_F(Access, AnOpenPathNeedsNoCredentials) {
  EXPECT_EQ(Ask(With("GET /health", "")).status, 200);
  EXPECT_TRUE(metrics.principals.empty());
}

TEST_F(Access, UnknownRoutesGetTheSameAnswerWithoutCredentials) {
  EXPECT_EQ(Ask(With("GET /none", "")).status, 404);
  EXPECT_EQ(Ask(With("DELETE /send", "")).status, 405);
}

TEST_F(Access, TheLogSaysWhoAndWhyNotAndNoSecret) {
  Ask(With("POST /send", key));
  EXPECT_EQ(FieldOfLog("enduser.id"), "svc-shop");
  EXPECT_EQ(FieldOfLog("auth.refusal"), "");
  const std::string wrong = KeyOf("shop", 'y');
  const auto answer = Ask(With("POST /send", wrong));
  EXPECT_EQ(FieldOfLog("auth.refusal"), "wrong");
  for (const std::string& secret : {key.substr(9), wrong.substr(9)}) {
    EXPECT_EQ(answer.body.find(secret), std::string::npos);
    for (const auto& line : logger.lines) {
      for (const auto& [name, value] : line.fields) {
        EXPECT_EQ(value.find(secret), std::string::npos) << name;
      }
    }
  }
}

TEST_F(Access, ARequestKeepsTheCallerWithWhichItBegan) {
  std::shared_ptr<Exchange> kept;
  Add("/keep", http::Method::kPost, true,
      [&kept](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
        kept = exchange;
      });
  Begin(With("POST /keep", key));
  access.Replace(
      std::make_shared<const AccessPolicy>(std::vector<ApiKeyEntry>(), Grants(), hasher));
  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->context().caller->rights.Allows(TopicOperation::kWrite, "orders"));
  kept->Reply({});
  kept.reset();
  EXPECT_EQ(Answer()->status, 200);
  EXPECT_EQ(Ask(With("POST /send", key)).status, 401);
}

}  // namespace
}  // namespace gateway::testing
