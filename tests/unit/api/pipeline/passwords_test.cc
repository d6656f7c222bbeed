// Requests with passwords, through the pipeline: the verdict on their head comes from a worker.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <string>
#include <vector>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/fake_passwords.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway::testing {
namespace {

using ::testing::ElementsAre;

class Passwords : public PipelineTest {
 protected:
  Passwords() {
    handler = &secured;
    Route route;
    route.method = http::Method::kPost;
    route.path = "/topics/{topic}";
    route.handler = [this](const http::Request& request,
                           const std::shared_ptr<Exchange>& exchange) {
      handled.push_back(request.body);
      exchange->Reply({});
    };
    route.sends_records = true;
    route.by_topic = true;
    router.Add(std::move(route));
  }
  static std::string With(const std::string& topic, const std::string& authorization) {
    return "POST /topics/" + topic + " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" +
           (authorization.empty() ? "" : "Authorization: " + authorization + "\r\n") +
           "Content-Length: 2\r\n\r\n{}";
  }
  static std::string Basic(const std::string& user, const std::string& password) {
    return "Basic " + BasicOf(user, password);
  }
  static std::vector<std::string> Challenges(const http::Response& response) {
    std::vector<std::string> values;
    for (const auto& [name, value] : response.headers) {
      if (name == "WWW-Authenticate") values.push_back(value);
    }
    return values;
  }

  FakeHasher hasher;
  FakePasswordVerifier verifier;
  VerifiedPasswords verified{Sha256Digest{1}, hasher};
  AccessControl access{std::make_shared<const AccessPolicy>(
      std::vector<ApiKeyEntry>(), Grants({{{"ann"}, {"orders"}, true, false, ""}}, {}), hasher,
      Rates(), nullptr, ClientCertificates(),
      std::vector<UserEntry>{{"ann", "hash of a", "ann", {}}},
      PasswordTools{&verifier, &verified})};
  PasswordWorkers workers;
  Authenticator authenticator{access, {}, clock, metrics, 2, PasswordOptions{&workers, true}};
  Authenticator over_tls{access, {}, clock, metrics, 2, PasswordOptions{&workers, false}};
  Pipeline secured{router, cors,    access_log, admission,  lifecycle,
                   clock,  metrics, logger,     NoTracer(), &authenticator};
  Pipeline strict{router, cors,    access_log, admission,  lifecycle,
                  clock,  metrics, logger,     NoTracer(), &over_tls};
  std::vector<std::string> handled;
};

TEST_F(Passwords, TheRequestGoesOnWhenAWorkerHasCheckedThem) {
  EXPECT_EQ(Ask(With("orders", Basic("ann", "a"))).status, 200);
  EXPECT_EQ(postponed, 1);
  EXPECT_THAT(handled, ElementsAre("{}"));
  EXPECT_THAT(metrics.authentications,
              ElementsAre(std::pair(AuthScheme::kBasic, AuthResult::kAccepted)));
  EXPECT_THAT(metrics.principals, ElementsAre(std::pair("ann", 200)));
}

TEST_F(Passwords, TheLaterStagesStillRun) {
  EXPECT_EQ(Ask(With("payroll", Basic("ann", "a"))).status, 403);
  EXPECT_EQ(Ask(With("payroll", Basic("ann", "a"))).status, 403);
  EXPECT_EQ(postponed, 1) << "the second time no hash is needed";
  EXPECT_THAT(handled, ElementsAre());
}

TEST_F(Passwords, AWrongOneIsAnsweredByTheHead) {
  const http::Response answer = Ask(With("orders", Basic("ann", "b")));
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(Challenges(answer), ElementsAre("Basic realm=\"kafka-gateway\", charset=\"UTF-8\""));
  EXPECT_THAT(handled, ElementsAre());
  EXPECT_EQ(logger.lines.back().fields["auth.refusal"], "wrong");
}

TEST_F(Passwords, AreNotEvenCheckedAfterTooManyFailures) {
  EXPECT_EQ(Ask(With("orders", Basic("ann", "b"))).status, 401);
  EXPECT_EQ(Ask(With("orders", Basic("ann", "c"))).status, 401);
  EXPECT_EQ(Ask(With("orders", Basic("ann", "a"))).status, 429) << "though it is the right one";
  EXPECT_EQ(verifier.verified, 2);
}

TEST_F(Passwords, WithoutCredentialsBothSchemesAreOffered) {
  EXPECT_THAT(Challenges(Ask(With("orders", ""))),
              ElementsAre("Bearer realm=\"kafka-gateway\"",
                          "Basic realm=\"kafka-gateway\", charset=\"UTF-8\""));
}

TEST_F(Passwords, AreNotOfferedToScriptsForWhichTheBrowserWouldAskTheUser) {
  const auto asked = [this](const std::string& mode, const std::string& authorization) {
    std::string request = With("orders", authorization);
    request.insert(request.find("Host:"), "Sec-Fetch-Mode: " + mode + "\r\n");
    return Challenges(Ask(request));
  };
  for (const char* mode : {"cors", "same-origin"}) {
    EXPECT_THAT(asked(mode, ""), ElementsAre("Bearer realm=\"kafka-gateway\""));
  }
  EXPECT_THAT(asked("cors", Basic("ann", "b")),
              ElementsAre("Bearer realm=\"kafka-gateway\", error=\"invalid_token\""));
  EXPECT_EQ(asked("navigate", "").size(), 2U) << "a page that the user opens";
}

TEST_F(Passwords, WithoutTlsTheyAreNeitherAcceptedNorOffered) {
  handler = &strict;
  const http::Response answer = Ask(With("orders", Basic("ann", "a")));
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(verifier.verified, 0);
  EXPECT_EQ(logger.lines.back().fields["auth.refusal"], "plaintext");
  EXPECT_THAT(Challenges(Ask(With("orders", ""))), ElementsAre("Bearer realm=\"kafka-gateway\""));
}

TEST_F(Passwords, WhenTooManyWaitTheAnswerIs503) {
  // The checks share them, because they may end after the test.
  const auto at_work = std::make_shared<std::latch>(PasswordWorkers::kThreads);
  const auto released = std::make_shared<std::latch>(1);
  for (std::size_t i = 0; i < PasswordWorkers::kThreads; ++i) {
    ASSERT_TRUE(workers.TryRun(CheckThat([at_work, released] {
                                 at_work->count_down();
                                 released->wait();
                                 return true;
                               }),
                               [](bool) {}));
  }
  at_work->wait();
  for (std::size_t i = 0; i < PasswordWorkers::kMaxWaiting; ++i) {
    ASSERT_TRUE(workers.TryRun(CheckThat([] { return true; }), [](bool) {}));
  }
  const http::Response answer = Ask(With("orders", Basic("ann", "a")));
  released->count_down();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(JsonOf(answer)["code"], "AuthenticationUnavailable");
  EXPECT_NE(HeaderOf(answer, "Retry-After"), "");
  EXPECT_THAT(Challenges(answer), ElementsAre());
  EXPECT_EQ(verifier.verified, 0);
}

}  // namespace
}  // namespace gateway::testing
