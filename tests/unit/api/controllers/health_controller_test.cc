#include "api/controllers/health_controller.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "api/controllers/metrics_controller.h"
#include "support/cpp/fake_hasher.h"
#include "support/cpp/fake_tokens.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using testing::JsonOf;

class HealthControllerTest : public testing::PipelineTest {
 protected:
  HealthControllerTest() {
    health.AddApiRoutes(&router);
    health.AddManagementRoutes(&router);
    scrape.AddRoutes(&router);
  }
  http::Response Get(const std::string& path) {
    return Ask("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  }

  testing::FakeKafkaHealth kafka;
  Readiness readiness{kafka, lifecycle, clock, std::chrono::milliseconds(1'000)};
  Liveness liveness{clock};
  HealthController health{readiness, clock, &liveness};
  MetricsController scrape{metrics};
};

TEST_F(HealthControllerTest, IsHealthyOnEachOfItsPathsWhenKafkaIs) {
  for (const char* path : {"/health", "/health/ready", "/api/kafka/health"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.content_type, "application/json");
    const auto json = JsonOf(response);
    EXPECT_EQ(json["status"], "Healthy");
    EXPECT_EQ(json["totalDuration"].get<std::string>().size(), 16U);
    EXPECT_EQ(json["entries"]["kafka"]["status"], "Healthy");
    EXPECT_EQ(json["entries"]["kafka"]["description"], "1 of 1 brokers is up.");
    EXPECT_EQ(json["entries"]["kafka"]["data"]["brokersUp"], 1);
    EXPECT_EQ(json["entries"]["kafka"]["data"]["brokersKnown"], 1);
    EXPECT_EQ(json["entries"]["kafka"]["data"]["embedded"], false);
    EXPECT_EQ(json["entries"]["lifecycle"]["status"], "Healthy");
  }
}

TEST_F(HealthControllerTest, IsDegradedButReadyWhileTheAccessFileHasErrors) {
  EXPECT_FALSE(JsonOf(Get("/health"))["entries"].contains("access")) << "there is no access file";
  const testing::FakeHasher hasher;
  const auto policy =
      std::make_shared<const AccessPolicy>(std::vector<ApiKeyEntry>(), Grants(), hasher);
  AccessControl access(policy);
  HealthController with_access{readiness, clock, &liveness, &access};
  Router of_its_own;
  with_access.AddManagementRoutes(&of_its_own);
  Pipeline other{of_its_own, cors, access_log, admission, lifecycle, clock, metrics, logger};
  handler = &other;
  EXPECT_EQ(JsonOf(Get("/health"))["entries"]["access"]["status"], "Healthy");
  access.MarkStale();
  for (const char* path : {"/health", "/health/ready"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 200) << "it still serves";
    EXPECT_EQ(JsonOf(response)["status"], "Degraded");
    EXPECT_EQ(JsonOf(response)["entries"]["access"]["status"], "Degraded");
  }
  EXPECT_EQ(JsonOf(Get("/health/live"))["status"], "Healthy");
  access.Replace(policy);
  EXPECT_EQ(JsonOf(Get("/health"))["status"], "Healthy");
}

TEST_F(HealthControllerTest, IsDegradedButReadyWhileTheKeysOfAnIssuerCannotBeFetched) {
  const testing::FakeHasher hasher;
  const testing::FakeTokenParser parser;
  const auto keys = std::make_shared<IssuerKeys>([] {});
  TokenIssuer issuer;
  issuer.name = "https://id";
  issuer.keys = keys;
  TokenIssuer with_file;
  with_file.name = "https://of-a-file";
  with_file.keys =
      std::make_shared<IssuerKeys>(testing::FakeKeys({testing::FakeTokenKey("k", "word")}));
  AccessControl access(std::make_shared<const AccessPolicy>(
      std::vector<ApiKeyEntry>(), Grants(), hasher, Rates(),
      std::make_unique<const TokenVerifier>(std::vector<TokenIssuer>{issuer, with_file}, parser)));
  HealthController with_access{readiness, clock, &liveness, &access};
  Router of_its_own;
  with_access.AddManagementRoutes(&of_its_own);
  Pipeline other{of_its_own, cors, access_log, admission, lifecycle, clock, metrics, logger};
  handler = &other;
  const auto entry = [this](const char* status) {
    const auto response = Get("/health/ready");
    EXPECT_EQ(response.status, 200) << "other callers are served";
    EXPECT_EQ(JsonOf(response)["status"], status);
    return JsonOf(response)["entries"]["issuerKeys"];
  };
  EXPECT_EQ(entry("Degraded")["description"],
            "https://id: no keys are in effect, so its tokens get a 503.");
  EXPECT_EQ(entry("Degraded")["data"], nlohmann::json({{"https://id", nullptr}}));

  keys->Replace(testing::FakeKeys({testing::FakeTokenKey("k", "word")}));
  keys->OnFetched(clock.Now());
  clock.Advance(std::chrono::milliseconds(90'500));
  EXPECT_EQ(entry("Healthy")["description"], "The keys of every issuer of tokens are in effect.");
  EXPECT_EQ(entry("Healthy")["data"]["https://id"], 90.5);

  keys->OnFetchFailed();
  EXPECT_EQ(entry("Degraded")["status"], "Degraded");
  EXPECT_EQ(entry("Degraded")["description"],
            "https://id: its keys cannot be fetched; those of 90 s ago stay in effect.");
}

TEST_F(HealthControllerTest, IsDegradedButServingWithinTheGraceAnd503Beyond) {
  Get("/health");
  kafka.status.ready = false;
  auto response = Get("/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(JsonOf(response)["status"], "Degraded");
  clock.Advance(std::chrono::milliseconds(1'000));
  response = Get("/health");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(JsonOf(response)["status"], "Unhealthy");
  EXPECT_EQ(JsonOf(response)["entries"]["kafka"]["status"], "Unhealthy");
}

TEST_F(HealthControllerTest, SaysWhatKeepsTheGatewayOutOfTheCluster) {
  EXPECT_EQ(JsonOf(Get("/health/ready"))["entries"]["kafka"]["data"]["access"], "Ok");
  kafka.status.access = KafkaAccess::kTrustFailed;
  EXPECT_EQ(JsonOf(Get("/health/ready"))["entries"]["kafka"]["data"]["access"], "TrustFailed");
}

TEST_F(HealthControllerTest, ReportsWhatTheProducerIsDoing) {
  auto data = JsonOf(Get("/health/ready"))["entries"]["kafka"]["data"];
  EXPECT_TRUE(data["secondsSinceDelivery"].is_null());
  EXPECT_TRUE(data["oldestRecordSeconds"].is_null());
  kafka.status.since_delivery = std::chrono::milliseconds(1'007);
  kafka.status.oldest_record = std::chrono::milliseconds(62'500);
  kafka.status.records_held = 3;
  kafka.status.records_in_flight = 4;
  kafka.status.instance_swaps = 1;
  data = JsonOf(Get("/health/ready"))["entries"]["kafka"]["data"];
  EXPECT_EQ(data["secondsSinceDelivery"], 1.007);
  EXPECT_EQ(data["oldestRecordSeconds"], 62.5);
  EXPECT_EQ(data["recordsHeld"], 3);
  EXPECT_EQ(data["recordsInFlight"], 4);
  EXPECT_EQ(data["instanceSwaps"], 1);
}

TEST_F(HealthControllerTest, LiveReportsTheAgeOfEachThread) {
  liveness.Add("http-0", std::chrono::seconds(10));
  liveness.Add("kafka-reports", std::chrono::seconds(30));
  clock.Advance(std::chrono::milliseconds(250));
  const auto json = JsonOf(Get("/health/live"));
  EXPECT_EQ(json["status"], "Healthy");
  const auto threads = json["entries"]["threads"];
  EXPECT_EQ(threads["data"]["http-0"], 0.25);
  EXPECT_EQ(threads["data"]["kafka-reports"], 0.25);
  EXPECT_EQ(json["entries"].size(), 1U) << "Kafka has no say in it";
}

TEST_F(HealthControllerTest, LiveAndHealthAre503WhenAThreadIsUnresponsiveButReadyIsNot) {
  liveness.Add("http-0", std::chrono::seconds(10));
  Heartbeat& reports = liveness.Add("kafka-reports", std::chrono::seconds(10));
  for (int i = 0; i < 10; ++i) {
    clock.Advance(std::chrono::seconds(1));
    reports.Beat();
    liveness.Tick();
  }
  for (const char* const path : {"/health/live", "/health"}) {
    const auto response = Get(path);
    EXPECT_EQ(response.status, 503) << path;
    const auto json = JsonOf(response);
    EXPECT_EQ(json["status"], "Unhealthy");
    EXPECT_EQ(json["entries"]["threads"]["status"], "Unhealthy");
    EXPECT_EQ(json["entries"]["threads"]["description"], "Unresponsive threads: http-0.");
  }
  EXPECT_EQ(Get("/health/ready").status, 200);
}

TEST_F(HealthControllerTest, AFailedCheckIsLoggedAsSuch) {
  lifecycle.BeginShutdown();
  Get("/health/ready");
  ASSERT_EQ(logger.lines.size(), 1U);
  EXPECT_EQ(logger.lines[0].message, "A health check failed.");
  EXPECT_EQ(logger.lines[0].fields["url.path"], "/health/ready");
}

TEST_F(HealthControllerTest, SaysThatTheBrokerIsTheEmbeddedOne) {
  kafka.status.embedded = true;
  const auto entry = JsonOf(Get("/health"))["entries"]["kafka"];
  EXPECT_EQ(entry["data"]["embedded"], true);
  EXPECT_NE(entry["description"].get<std::string>().find("embedded"), std::string::npos);
}

TEST_F(HealthControllerTest, IsUnhealthyWhileStoppingAlthoughKafkaIsWell) {
  lifecycle.BeginShutdown();
  const auto response = Get("/health/ready");
  EXPECT_EQ(response.status, 503);
  const auto json = JsonOf(response);
  EXPECT_EQ(json["entries"]["kafka"]["status"], "Healthy");
  EXPECT_EQ(json["entries"]["lifecycle"]["status"], "Unhealthy");
}

TEST_F(HealthControllerTest, IsAliveWhateverKafkaAndTheLifecycleSay) {
  kafka.status.ready = false;
  lifecycle.BeginDrain(clock.Now());
  const auto response = Get("/health/live");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(JsonOf(response)["status"], "Healthy");
}

TEST_F(HealthControllerTest, ADescriptionThatNeedsEscapingLeavesValidJson) {
  kafka.status.description = "broker \"b\\1\"\n\xFF";
  EXPECT_FALSE(JsonOf(Get("/health")).is_discarded());
}

TEST_F(HealthControllerTest, MetricsAreThePrometheusTextFormat) {
  const auto response = Get("/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "# fake\n");
}

}  // namespace
}  // namespace gateway
