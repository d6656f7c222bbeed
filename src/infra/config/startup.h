// The first thing that main does: from the command line and the environment to settings to run
// with, or to an exit code. The only part of the configuration that prints.
#ifndef GATEWAY_INFRA_CONFIG_STARTUP_H_
#define GATEWAY_INFRA_CONFIG_STARTUP_H_

#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "infra/config/config_loader.h"
#include "infra/config/file_locator.h"
#include "service/types/result.h"

namespace gateway {

struct StartupInput {
  std::vector<std::string> arguments;    // without the name of the program
  std::vector<std::string> environment;  // "NAME=value"
  FileLocator files;
  std::string version;             // of this project: "0.1.0"
  std::string librdkafka_version;  // of the library that is linked: rd_kafka_version_str()
  std::vector<ConfigCheck> checks;
  // Asks the gateway that runs with these settings whether it lives, or whether it is ready; absent
  // if so, else a sentence. For --health-check.
  std::function<std::optional<std::string>(const Settings&, bool readiness)> health_check = {};
};

// The arguments of main and environ as values. Both end with a null pointer; the first of `argv` is
// left out of its list.
std::vector<std::string> ArgumentsOf(const char* const* argv);
std::vector<std::string> EnvironmentOf(const char* const* environ);

// Settings to run with; or the exit code of a process that is done: 0 after --help, --version,
// --print-schema, --check-config, --print-config and a good --health-check, 1 after a bad one, 78
// after problems. Answers go to `out`;
// problems to `err`, all of them, one line each.
Result<LoadedConfig, int> Startup(const StartupInput& input, std::ostream& out, std::ostream& err);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_STARTUP_H_
