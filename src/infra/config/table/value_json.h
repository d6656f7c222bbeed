// A config::Value as JSON. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_VALUE_JSON_H_
#define GATEWAY_INFRA_CONFIG_TABLE_VALUE_JSON_H_

#include <nlohmann/json.hpp>
#include <string>

#include "infra/config/table/properties.h"

namespace gateway::config {

// A number without a fraction becomes an integer: 5, not 5.0.
nlohmann::ordered_json ToJson(const Value& value);

// The same on one line: "localhost:9092" with its quotes, ["a","b"]. Bytes that are not UTF-8 are
// replaced.
std::string ToJsonText(const Value& value);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_VALUE_JSON_H_
