#include "controllers/health_controller.h"

#include <gtest/gtest.h>

#include <string>

#include "controllers/metrics_controller.h"
#include "pipeline_fixture.h"

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
  HealthController health{readiness, clock};
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
  lifecycle.BeginDrain();
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
