// Which key an entry means. Pure; any thread.
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
  const Property* property = nullptr;  // nullptr: an empty section, which says nothing
  std::optional<std::string> map_key;  // in a map: the name, in lower case as librdkafka has it
  std::optional<std::size_t> index;    // in a list

  // "Kafka:Librdkafka:linger.ms", as the table spells it.
  std::string Key() const;
};

// The target, or nothing and what is wrong with the path: an unknown key, a section given a value,
// something below a key that has no keys below it.
std::optional<Target> ResolveKey(const RawEntry& entry, ConfigProblem* problem);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_KEY_RESOLVER_H_
