// The document has the routes of the router, and no others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "api/api.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using testing::FakeClock;
using testing::FakeKafkaHealth;
using testing::FakeLogger;
using testing::FakeMetrics;
using testing::FakeProducer;

std::set<std::string> NamesOf(const Router& router) {
  std::set<std::string> routes;
  for (const Route& route : router.routes()) {
    routes.insert(std::string(http::MethodName(route.method)) + " " + route.path);
  }
  return routes;
}

// The routes of the main server and of the management server.
std::pair<std::set<std::string>, std::set<std::string>> RoutesOfRouters(bool management_apart) {
  FakeClock clock;
  FakeKafkaHealth kafka;
  FakeLogger logger;
  FakeMetrics metrics;
  FakeProducer producer;
  const Lifecycle lifecycle;
  const Readiness readiness(kafka, lifecycle, clock, std::chrono::milliseconds(0));
  ProduceService service(producer, clock, metrics, TopicPolicy({"*"}, {}), RecordLimits());
  ApiOptions options;
  options.management_apart = management_apart;
  testing::FakeTopicCatalog catalog;
  const Api api(std::move(options), service, catalog, readiness, lifecycle, clock, metrics, metrics,
                metrics, logger);
  return {NamesOf(api.router()), NamesOf(api.management_router())};
}

std::set<std::string> RoutesOfDocument() {
  std::ifstream file(GATEWAY_SOURCE_DIR "/openapi/openapi.json");
  const nlohmann::json document = nlohmann::json::parse(file);
  std::set<std::string> routes;
  for (const auto& [path, item] : document.at("paths").items()) {
    for (const std::string method : {"get", "post", "put", "delete", "patch"}) {
      if (!item.contains(method)) continue;
      std::string name = method;
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      routes.insert(name + " " + path);
    }
  }
  return routes;
}

TEST(OpenApiDocument, HasExactlyTheRoutesOfTheRouter) {
  EXPECT_EQ(RoutesOfRouters(false).first, RoutesOfDocument());
  EXPECT_TRUE(RoutesOfRouters(false).second.empty());
}

TEST(ManagementApart, MovesHealthAndMetricsAndNothingElse) {
  const auto [main, management] = RoutesOfRouters(true);
  EXPECT_EQ(management, (std::set<std::string>{"GET /health", "GET /health/live",
                                               "GET /health/ready", "GET /metrics"}));
  EXPECT_TRUE(main.contains("GET /api/kafka/health"));
  std::set<std::string> both = main;
  both.insert(management.begin(), management.end());
  EXPECT_EQ(both, RoutesOfDocument());
  EXPECT_EQ(both.size(), main.size() + management.size());
}

}  // namespace
}  // namespace gateway
