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

}  // namespace

std::optional<KafkaStats> ParseKafkaStats(std::string_view json) {
  const Json root = Json::parse(json.begin(), json.end(), Keep, /*allow_exceptions=*/false);
  if (!root.is_object() || !root.contains("brokers")) return std::nullopt;
  KafkaStats stats;
  for (const Json& broker : root["brokers"]) {
    if (!broker.is_object() || !broker.contains("nodeid") || broker["nodeid"] < 0) continue;
    ++stats.brokers_known;
    if (broker.contains("state") && broker["state"] == "UP") ++stats.brokers_up;
  }
  if (root.contains("eos") && root["eos"].contains("idemp_state") &&
      root["eos"]["idemp_state"].is_string()) {
    stats.idempotence = root["eos"]["idemp_state"].get<std::string>();
  }
  return stats;
}

}  // namespace gateway
