#include "kafka/kafka_stats.h"

#include <nlohmann/json.hpp>

namespace gateway {
namespace {

using Json = nlohmann::json;

// Builds only "brokers" and "eos" of the top level.
bool Keep(int depth, Json::parse_event_t event, const Json& parsed) {
  if (depth != 1 || event != Json::parse_event_t::key) return true;
  return parsed == "brokers" || parsed == "eos";
}

// -1 if there is no such number.
std::int64_t Number(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : -1;
}

}  // namespace

std::optional<KafkaStats> ParseKafkaStats(std::string_view json) {
  const Json root = Json::parse(json.begin(), json.end(), Keep, /*allow_exceptions=*/false);
  if (!root.is_object() || !root.contains("brokers")) return std::nullopt;
  KafkaStats stats;
  for (const Json& broker : root["brokers"]) {
    if (!broker.is_object() || Number(broker, "nodeid") < 0) continue;
    ++stats.brokers_known;
    KafkaStats::Broker seen;
    seen.id = static_cast<BrokerId>(Number(broker, "nodeid"));
    seen.up = broker.contains("state") && broker["state"] == "UP";
    const std::int64_t idle = Number(broker, "rxidle");
    seen.silent_for = idle < 0 ? std::chrono::hours(1) : std::chrono::microseconds(idle);
    if (seen.up) ++stats.brokers_up;
    stats.brokers.push_back(seen);
  }
  if (root.contains("eos") && root["eos"].contains("idemp_state") &&
      root["eos"]["idemp_state"].is_string()) {
    stats.idempotence = root["eos"]["idemp_state"].get<std::string>();
  }
  return stats;
}

}  // namespace gateway
