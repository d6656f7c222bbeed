// The first step of main: turns command line and environment into settings, or into an exit code.
// The only part of the configuration that prints.
#ifndef GATEWAY_INFRA_CONFIG_STARTUP_STARTUP_H_
#define GATEWAY_INFRA_CONFIG_STARTUP_STARTUP_H_

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "infra/config/file_locator.h"
#include "infra/config/startup/config_loader.h"
#include "service/types/result.h"

namespace gateway {

struct StartupInput {
  std::vector<std::string> arguments;    // without the name of the program
  std::vector<std::string> environment;  // "NAME=value"
  FileLocator files;
  std::string version;             // of this project: "0.1.0"
  std::string librdkafka_version;  // of the library that is linked: rd_kafka_version_str()
  std::vector<ConfigCheck> checks;
  // Checks whether the gateway that runs with these settings is alive, or ready. Absent if so, else
  // a sentence. For --health-check.
  std::function<std::optional<std::string>(const Settings&, bool readiness)> health_check = {};
};

// Copies of main's arguments and of environ. Both end with a null pointer; argv[0] is left out.
std::vector<std::string> ArgumentsOf(const char* const* argv);
std::vector<std::string> EnvironmentOf(const char* const* environ);

// Returns the settings; or the exit code of a process that is done: 0 after --help, --version,
// --print-schema, --check-config, --print-config and a successful --health-check, 1 after a failed
// one, 78 after problems. Output goes to `out`; all problems go to `err`, one per line.
Result<LoadedConfig, int> Startup(const StartupInput& input, std::ostream& out, std::ostream& err);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_STARTUP_STARTUP_H_
