// Finds the key of an entry. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_VALUES_KEY_RESOLVER_H_
#define GATEWAY_INFRA_CONFIG_VALUES_KEY_RESOLVER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "infra/config/config_problem.h"
#include "infra/config/sources/raw_entry.h"
#include "infra/config/table/properties.h"

namespace gateway::config {

struct Target {
  const Property* property = nullptr;  // nullptr: an empty section, which sets nothing
  std::optional<std::string> map_key;  // in a map: the name, in lower case like librdkafka's
  std::optional<std::size_t> index;    // in a list

  // "Kafka:Librdkafka:linger.ms", in the table's spelling.
  std::string Key() const;
};

// The target; or nothing and the problem: an unknown key, a value for a section, or a path below a
// key that has no keys below it.
std::optional<Target> ResolveKey(const RawEntry& entry, ConfigProblem* problem);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_KEY_RESOLVER_H_
