#include "infra/config/startup/startup.h"

#include <ostream>
#include <utility>

#include "infra/config/sources/command_line.h"
#include "infra/config/startup/help.h"
#include "infra/config/table/json_schema.h"

namespace gateway {
namespace {

void PrintConfig(const LoadedConfig& config, std::ostream& out) {
  out << "# GATEWAY_ENVIRONMENT = " << config.environment_name << '\n';
  for (const std::string& file : config.files) out << "# file " << file << '\n';
  for (const EffectiveValue& value : config.values) {
    out << value.key << " = " << value.text << "  (" << value.origin << ")\n";
  }
}

void PrintProblems(const std::vector<ConfigProblem>& problems, std::ostream& err) {
  for (const ConfigProblem& problem : problems) err << ToLine(problem) << '\n';
}

int CheckHealth(const StartupInput& input, const Settings& settings, bool readiness,
                std::ostream& err) {
  const std::optional<std::string> fault = input.health_check(settings, readiness);
  if (!fault) return 0;
  err << "kafka-gateway: " << *fault << '\n';
  return 1;
}

std::vector<std::string> ListOf(const char* const* texts) {
  std::vector<std::string> list;
  for (; *texts != nullptr; ++texts) list.emplace_back(*texts);
  return list;
}

}  // namespace

std::vector<std::string> ArgumentsOf(const char* const* argv) {
  return *argv == nullptr ? std::vector<std::string>() : ListOf(argv + 1);
}

std::vector<std::string> EnvironmentOf(const char* const* environ) { return ListOf(environ); }

Result<LoadedConfig, int> Startup(const StartupInput& input, std::ostream& out, std::ostream& err) {
  const ConfigSources sources{input.files, input.environment, ParseCommandLine(input.arguments)};
  const Action action = sources.command_line.action;
  if (action == Action::kHelp) {
    out << config::HelpText(input.files);
    return 0;
  }
  if (action == Action::kVersion || action == Action::kPrintSchema) {
    if (!sources.command_line.problems.empty()) {
      PrintProblems(sources.command_line.problems, err);
      return kExitBadConfiguration;
    }
    if (action == Action::kPrintSchema) {
      out << config::SchemaText();
    } else {
      out << "kafka-gateway " << input.version << " (librdkafka " << input.librdkafka_version
          << ")\n";
    }
    return 0;
  }
  // A health check runs often and needs only the address, so it skips the other checks.
  const bool health = action == Action::kHealthCheck;
  auto loaded = LoadConfig(sources, health ? std::vector<ConfigCheck>() : input.checks);
  if (!loaded.ok()) {
    PrintProblems(loaded.error(), err);
    return kExitBadConfiguration;
  }
  if (health) {
    return CheckHealth(input, loaded.value().settings, sources.command_line.check_readiness, err);
  }
  if (action == Action::kRun) return std::move(loaded).value();
  if (action == Action::kPrintConfig) {
    PrintConfig(loaded.value(), out);
  } else {
    out << "The configuration is valid.\n";
  }
  return 0;
}

}  // namespace gateway
