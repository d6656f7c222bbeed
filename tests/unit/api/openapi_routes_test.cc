// The document says what the router does, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "api.h"
#include "fakes.h"

namespace gateway {
namespace {

using testing::FakeClock;
using testing::FakeKafkaHealth;
using testing::FakeLogger;
using testing::FakeMetrics;
using testing::FakeProducer;

std::set<std::string> RoutesOfRouter() {
  FakeClock clock;
  FakeKafkaHealth kafka;
  FakeLogger logger;
  FakeMetrics metrics;
  FakeProducer producer;
  const Lifecycle lifecycle;
  const Readiness readiness(kafka, lifecycle, clock, std::chrono::milliseconds(0));
  ProduceService service(producer, clock, metrics, TopicPolicy({"*"}, {}), RecordLimits());
  const Api api(ApiOptions(), service, readiness, lifecycle, clock, metrics, logger);
  std::set<std::string> routes;
  for (const Route& route : api.router().routes()) {
    routes.insert(std::string(http::MethodName(route.method)) + " " + route.path);
  }
  return routes;
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
  EXPECT_EQ(RoutesOfRouter(), RoutesOfDocument());
}

}  // namespace
}  // namespace gateway
