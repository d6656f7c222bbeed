// The values that each Kafka:Profile sets. One small table; immutable; any thread.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_PROFILES_H_
#define GATEWAY_INFRA_CONFIG_TABLE_PROFILES_H_

#include <string_view>
#include <vector>

#include "infra/config/table/properties.h"

namespace gateway::config {

struct ProfileSetting {
  KafkaProfile profile;
  std::string_view path;  // of a key of the table
  Value value;
};

// Balanced keeps the defaults, so it has no rows.
const std::vector<ProfileSetting>& ProfileSettings();

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_PROFILES_H_
