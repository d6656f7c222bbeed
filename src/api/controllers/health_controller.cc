#include "api/controllers/health_controller.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/json/json_writer.h"
#include "api/media/json_response.h"

namespace gateway {
namespace {

constexpr std::string_view kHealthy = "Healthy";
constexpr std::string_view kDegraded = "Degraded";
constexpr std::string_view kUnhealthy = "Unhealthy";
constexpr std::string_view kNoTime = "00:00:00.0000000";

std::string_view StatusName(Readiness::State state) {
  switch (state) {
    case Readiness::State::kReady:
      return kHealthy;
    case Readiness::State::kDegraded:
      return kDegraded;
    case Readiness::State::kNotReady:
      return kUnhealthy;
  }
  return kUnhealthy;
}

// .NET's TimeSpan, "00:00:00.0001200", as readers of this format expect.
std::string TimeSpan(std::chrono::nanoseconds duration) {
  char text[32];
  std::snprintf(text, sizeof text, "00:00:%02d.%07d",
                static_cast<int>(duration.count() / 1'000'000'000 % 60),
                static_cast<int>(duration.count() % 1'000'000'000 / 100));
  return text;
}

// Seconds with three decimals; null if absent.
void AppendSeconds(std::optional<std::chrono::milliseconds> time, std::string* out) {
  if (!time) {
    out->append("null");
    return;
  }
  const auto ms = std::max<std::int64_t>(time->count(), 0);
  AppendJsonInteger(ms / 1'000, out);
  const std::string thousandths = std::to_string(ms % 1'000);
  out->append(".").append(3 - thousandths.size(), '0').append(thousandths);
}

// `"name":{"status":...,"description":...,"duration":...,"data":{` for AppendEnd to close.
void AppendStart(std::string_view name, std::string_view status, std::string_view description,
                 std::string_view duration, std::string* out) {
  if (out->back() == '}') out->push_back(',');
  AppendJsonString(name, out);
  out->append(":{\"status\":");
  AppendJsonString(status, out);
  out->append(",\"description\":");
  AppendJsonString(description, out);
  out->append(",\"duration\":");
  AppendJsonString(duration, out);
  out->append(",\"data\":{");
}

void AppendEnd(std::string_view tag, std::string* out) {
  out->append("},\"tags\":[");
  AppendJsonString(tag, out);
  out->append("]}");
}

void AppendKafkaEntry(const Readiness::Report& report, std::string_view duration,
                      std::string* out) {
  const KafkaStatus& kafka = report.kafka;
  std::string description = kafka.description;
  if (kafka.embedded) {
    description += " This is the embedded broker, for experiments; it keeps nothing.";
  }
  AppendStart("kafka", kafka.ready ? kHealthy : StatusName(report.state), description, duration,
              out);
  out->append("\"brokersUp\":");
  AppendJsonInteger(kafka.brokers_up, out);
  out->append(",\"brokersKnown\":");
  AppendJsonInteger(kafka.brokers_known, out);
  out->append(",\"embedded\":").append(kafka.embedded ? "true" : "false");
  out->append(",\"access\":");
  AppendJsonString(NameOf(kafka.access), out);
  out->append(",\"secondsSinceDelivery\":");
  AppendSeconds(kafka.since_delivery, out);
  out->append(",\"oldestRecordSeconds\":");
  AppendSeconds(kafka.oldest_record, out);
  out->append(",\"recordsHeld\":");
  AppendJsonInteger(kafka.records_held, out);
  out->append(",\"recordsInFlight\":");
  AppendJsonInteger(kafka.records_in_flight, out);
  out->append(",\"instanceSwaps\":");
  AppendJsonInteger(kafka.instance_swaps, out);
  AppendEnd("ready", out);
}

void AppendLifecycleEntry(const Readiness::Report& report, std::string* out) {
  AppendStart("lifecycle", report.stopping ? kUnhealthy : kHealthy,
              report.stopping ? "The gateway is shutting down." : "The gateway is serving.",
              kNoTime, out);
  AppendEnd("ready", out);
}

void AppendAccessEntry(bool stale, std::string* out) {
  AppendStart("access", stale ? kDegraded : kHealthy,
              stale ? "The access file has errors; an earlier version is in effect. The log names "
                      "the first error."
                    : "The access file is in effect.",
              kNoTime, out);
  AppendEnd("ready", out);
}

// What is wrong with the keys of an issuer, as a sentence; empty: nothing.
std::string TroubleOf(const IssuerKeyStatus& issuer) {
  if (issuer.keys == 0) {
    return issuer.issuer + ": no keys are in effect, so its tokens get a 503.";
  }
  if (!issuer.failing) return {};
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(
      issuer.age.value_or(std::chrono::milliseconds(0)));
  return issuer.issuer + ": its keys cannot be fetched; those of " + std::to_string(age.count()) +
         " s ago stay in effect.";
}

// Per issuer the seconds since its keys were fetched. Returns false if something is wrong.
bool AppendIssuersEntry(const std::vector<IssuerKeyStatus>& issuers, std::string* out) {
  if (issuers.empty()) return true;
  std::string troubles;
  for (const IssuerKeyStatus& issuer : issuers) {
    const std::string trouble = TroubleOf(issuer);
    if (!trouble.empty()) troubles.append(troubles.empty() ? "" : " ").append(trouble);
  }
  AppendStart("issuerKeys", troubles.empty() ? kHealthy : kDegraded,
              troubles.empty() ? "The keys of every issuer of tokens are in effect." : troubles,
              kNoTime, out);
  for (const IssuerKeyStatus& issuer : issuers) {
    if (&issuer != &issuers.front()) out->push_back(',');
    AppendJsonString(issuer.issuer, out);
    out->push_back(':');
    AppendSeconds(issuer.age, out);
  }
  AppendEnd("ready", out);
  return troubles.empty();
}

// Per thread the seconds since its last beat. Returns false if one is stuck.
bool AppendThreadsEntry(const Liveness* liveness, std::string* out) {
  const std::vector<Liveness::Thread> threads =
      liveness == nullptr ? std::vector<Liveness::Thread>() : liveness->Check();
  std::string stuck;
  for (const Liveness::Thread& thread : threads) {
    if (thread.stuck) stuck.append(stuck.empty() ? "" : ", ").append(thread.name);
  }
  AppendStart(
      "threads", stuck.empty() ? kHealthy : kUnhealthy,
      stuck.empty() ? "All threads are responsive." : "Unresponsive threads: " + stuck + ".",
      kNoTime, out);
  for (const Liveness::Thread& thread : threads) {
    if (&thread != &threads.front()) out->push_back(',');
    AppendJsonString(thread.name, out);
    out->push_back(':');
    AppendSeconds(thread.age, out);
  }
  AppendEnd("live", out);
  return stuck.empty();
}

}  // namespace

void HealthController::AddApiRoutes(Router* router) {
  Add("/api/kafka/health", {false, true}, router);
}

void HealthController::AddManagementRoutes(Router* router) {
  Add("/health", {true, true}, router);
  Add("/health/ready", {false, true}, router);
  Add("/health/live", {true, false}, router);
}

void HealthController::Add(const char* path, Parts parts, Router* router) {
  const auto answer = [this, parts](const http::Request&, const auto& exchange) {
    Answer(parts, exchange);
  };
  router->Add({http::Method::kGet, path, answer, {}, false, true});
}

// The callers' side: the access file and the keys of issuers. False: something is wrong with it,
// but other callers can be served.
bool HealthController::AppendAccessEntries(std::string* entries) const {
  if (access_ == nullptr) return true;
  const bool stale = access_->stale();
  AppendAccessEntry(stale, entries);
  const auto issuers = access_->current()->KeyStatuses(clock_.Now());
  return AppendIssuersEntry(issuers, entries) && !stale;
}

void HealthController::Answer(Parts parts, const std::shared_ptr<Exchange>& exchange) const {
  const Clock::TimePoint start = clock_.Now();
  std::string entries;
  bool well = true;
  std::string_view status = kHealthy;
  std::string duration(kNoTime);
  entries.push_back('{');
  if (parts.ready) {
    const Readiness::Report report = readiness_.Check();
    duration = TimeSpan(clock_.Now() - start);
    AppendKafkaEntry(report, duration, &entries);
    AppendLifecycleEntry(report, &entries);
    status = StatusName(report.state);
    well = report.state != Readiness::State::kNotReady;
    if (!AppendAccessEntries(&entries) && status == kHealthy) status = kDegraded;
  }
  if (parts.threads && !AppendThreadsEntry(liveness_, &entries)) {
    status = kUnhealthy;
    well = false;
  }
  entries.push_back('}');
  std::string body = "{\"status\":";
  AppendJsonString(status, &body);
  body.append(",\"totalDuration\":");
  AppendJsonString(duration, &body);
  body.append(",\"entries\":").append(entries).append("}");
  exchange->Reply(JsonResponse(well ? 200 : 503, std::move(body)));
}

}  // namespace gateway
