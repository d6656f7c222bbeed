#include "controllers/health_controller.h"

#include <cstdio>
#include <string>
#include <utility>

#include "json_writer.h"

namespace gateway {
namespace {

std::string_view StatusName(Readiness::State state) {
  switch (state) {
    case Readiness::State::kReady:
      return "Healthy";
    case Readiness::State::kDegraded:
      return "Degraded";
    case Readiness::State::kNotReady:
      return "Unhealthy";
  }
  return "Unhealthy";
}

// .NET's TimeSpan, "00:00:00.0001200": what readers of this shape expect.
std::string TimeSpan(std::chrono::nanoseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "00:00:%02d.%07d",
                static_cast<int>(duration.count() / 1'000'000'000 % 60),
                static_cast<int>(duration.count() % 1'000'000'000 / 100));
  return text;
}

void AppendKafkaEntry(const Readiness::Report& report, std::string_view duration,
                      std::string* out) {
  const KafkaStatus& kafka = report.kafka;
  std::string description = kafka.description;
  if (kafka.embedded) {
    description += " This is the embedded broker: it is for trying things out and keeps nothing.";
  }
  out->append("\"kafka\":{\"status\":");
  AppendJsonString(kafka.ready ? "Healthy" : StatusName(report.state), out);
  out->append(",\"description\":");
  AppendJsonString(description, out);
  out->append(",\"duration\":");
  AppendJsonString(duration, out);
  out->append(",\"data\":{\"brokersUp\":");
  AppendJsonInteger(kafka.brokers_up, out);
  out->append(",\"brokersKnown\":");
  AppendJsonInteger(kafka.brokers_known, out);
  out->append(",\"embedded\":").append(kafka.embedded ? "true" : "false");
  out->append("},\"tags\":[\"ready\"]}");
}

http::Response JsonResponse(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = std::move(body);
  return response;
}

}  // namespace

void HealthController::AddApiRoutes(Router* router) {
  const auto ready = [this](const http::Request&, const auto& context) { Ready(context); };
  router->Add({http::Method::kGet, "/api/kafka/health", ready, {}, false});
}

void HealthController::AddManagementRoutes(Router* router) {
  const auto ready = [this](const http::Request&, const auto& context) { Ready(context); };
  const auto live = [this](const http::Request&, const auto& context) { Live(context); };
  for (const char* path : {"/health", "/health/ready"}) {
    router->Add({http::Method::kGet, path, ready, {}, false});
  }
  router->Add({http::Method::kGet, "/health/live", live, {}, false});
}

// That this answer comes at all is the proof: the I/O loop turns. Kafka has no say in it.
void HealthController::Live(const std::shared_ptr<RequestContext>& context) const {
  context->Reply(
      JsonResponse(200, R"({"status":"Healthy","totalDuration":"00:00:00.0000000","entries":{}})"));
}

void HealthController::Ready(const std::shared_ptr<RequestContext>& context) const {
  const Clock::TimePoint start = clock_.Now();
  const Readiness::Report report = readiness_.Check();
  const std::string duration = TimeSpan(clock_.Now() - start);
  std::string body = "{\"status\":";
  AppendJsonString(StatusName(report.state), &body);
  body.append(",\"totalDuration\":");
  AppendJsonString(duration, &body);
  body.append(",\"entries\":{");
  AppendKafkaEntry(report, duration, &body);
  body.append(",\"lifecycle\":{\"status\":")
      .append(report.stopping ? "\"Unhealthy\"" : "\"Healthy\"");
  body.append(",\"description\":");
  AppendJsonString(report.stopping ? "The gateway is shutting down." : "The gateway is serving.",
                   &body);
  body.append(",\"duration\":\"00:00:00.0000000\",\"data\":{},\"tags\":[\"ready\"]}}}");
  context->Reply(
      JsonResponse(report.state == Readiness::State::kNotReady ? 503 : 200, std::move(body)));
}

}  // namespace gateway
