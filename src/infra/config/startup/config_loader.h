// Loads the configuration: the defaults, overridden by five sources, validated as a whole. Runs
// once at start-up, on one thread; prints nothing.
#ifndef GATEWAY_INFRA_CONFIG_STARTUP_CONFIG_LOADER_H_
#define GATEWAY_INFRA_CONFIG_STARTUP_CONFIG_LOADER_H_

#include <functional>
#include <string>
#include <vector>

#include "infra/config/config_problem.h"
#include "infra/config/file_locator.h"
#include "infra/config/settings.h"
#include "infra/config/sources/command_line.h"
#include "service/types/result.h"

namespace gateway {

// From lowest to highest precedence: 1 appsettings.json and 2
// appsettings.{GATEWAY_ENVIRONMENT}.json where `files` finds them, 3 the file of --config, 4
// environment variables, 5 the command line. Files 1 and 2 may be missing: the defaults are built
// in.
struct ConfigSources {
  FileLocator files;
  std::vector<std::string> environment;  // "NAME=value"
  CommandLine command_line;
};

// One line of --print-config.
struct EffectiveValue {
  std::string key;     // "Kafka:BootstrapServers", "Kafka:Librdkafka:linger.ms"
  std::string text;    // JSON, or *** for a secret
  std::string origin;  // "default", "profile x", "file /x.json", "environment", "command line"
};

struct LoadedConfig {
  Settings settings;
  std::vector<EffectiveValue> values;  // in the order of the table
  std::string environment_name;        // of GATEWAY_ENVIRONMENT
  std::vector<std::string> files;      // those read, lowest first
};

// A check that this part cannot make, such as librdkafka's of the pass-through. `where` may be
// empty: it is filled in from the key. Called with the effective settings, with secrets read, even
// if there are problems already.
using ConfigCheck = std::function<std::vector<ConfigProblem>(const Settings&)>;

// The configuration, or all of its problems (at least one).
Result<LoadedConfig, std::vector<ConfigProblem>> LoadConfig(const ConfigSources& sources,
                                                            const std::vector<ConfigCheck>& checks);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_STARTUP_CONFIG_LOADER_H_
