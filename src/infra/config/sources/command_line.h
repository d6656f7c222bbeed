// Parses the command line without validating keys and values. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_COMMAND_LINE_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_COMMAND_LINE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infra/config/config_problem.h"

namespace gateway {

enum class Action : std::uint8_t {
  kRun,
  kCheckConfig,
  kPrintConfig,
  kPrintSchema,
  kVersion,
  kHealthCheck,
  kHelp,
};

struct CommandLine {
  Action action = Action::kRun;  // of several, --help takes precedence, then the last
  bool check_readiness = false;  // of --health-check
  std::optional<std::string> config_file;
  std::vector<std::pair<std::string, std::string>> settings;  // ("Http:Port", "0"), in order
  std::vector<ConfigProblem> problems;                        // unknown options, missing values
};

// `arguments` without the name of the program. A setting is --Section:Key=value, or --Section:Key
// value if the value does not begin with "--". If a key is repeated, the last one counts.
CommandLine ParseCommandLine(const std::vector<std::string>& arguments);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_COMMAND_LINE_H_
