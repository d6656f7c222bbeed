#include "infra/config/sources/command_line.h"

#include <array>
#include <string_view>

#include "infra/config/table/properties.h"
#include "infra/config/text.h"

namespace gateway {
namespace {

struct Flag {
  std::string_view name;
  Action action;
};

constexpr std::array<Flag, 6> kFlags = {{{"--check-config", Action::kCheckConfig},
                                         {"--print-config", Action::kPrintConfig},
                                         {"--print-schema", Action::kPrintSchema},
                                         {"--version", Action::kVersion},
                                         {"--help", Action::kHelp},
                                         {"-h", Action::kHelp}}};
constexpr std::string_view kConfig = "--config";
constexpr std::string_view kHealthCheck = "--health-check";

// The option or key that is most similar.
std::string NearestOption(std::string_view option) {
  std::string nearest = "--" + config::NearestKey(option);
  std::size_t least = config::EditDistance(option, nearest);
  const auto consider = [&](std::string_view candidate) {
    const std::size_t distance = config::EditDistance(option, candidate);
    if (distance >= least) return;
    least = distance;
    nearest = std::string(candidate);
  };
  for (const Flag& flag : kFlags) consider(flag.name);
  consider(kConfig);
  consider(kHealthCheck);
  return nearest;
}

class Parser final {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  CommandLine Parse() {
    while (next_ < arguments_.size()) ParseOption(arguments_[next_++]);
    return std::move(result_);
  }

 private:
  void ParseOption(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    for (const Flag& flag : kFlags) {
      if (argument == flag.name && result_.action != Action::kHelp) result_.action = flag.action;
      if (argument == flag.name) return;
    }
    if (name == kConfig) return ParseConfig(equals, argument);
    if (name == kHealthCheck) return ParseHealthCheck(equals, argument);
    const bool is_option = name.compare(0, 2, "--") == 0;
    if (is_option && name.find(':') != std::string::npos) return ParseSetting(equals, argument);
    if (!is_option)
      return Report(name, "not an option", "--Section:Key=value and the options of --help");
    Report(name, "unknown option; did you mean " + NearestOption(name) + "?", "");
  }

  void ParseConfig(std::size_t equals, const std::string& argument) {
    std::optional<std::string> file = ValueOf(equals, argument);
    if (!file || file->empty())
      return Report(std::string(kConfig), "the file is missing", "--config FILE");
    if (result_.config_file) return Report(std::string(kConfig), "given twice", "one file");
    result_.config_file = std::move(file);
  }

  void ParseHealthCheck(std::size_t equals, const std::string& argument) {
    const std::string what = equals == std::string::npos ? "live" : argument.substr(equals + 1);
    if (what != "live" && what != "ready") {
      return Report(std::string(kHealthCheck), "\"" + what + "\" is not a check",
                    "--health-check, --health-check=live or --health-check=ready");
    }
    result_.check_readiness = what == "ready";
    if (result_.action != Action::kHelp) result_.action = Action::kHealthCheck;
  }

  void ParseSetting(std::size_t equals, const std::string& argument) {
    constexpr std::size_t kDashes = 2;
    const std::string key = argument.substr(0, equals).substr(kDashes);
    std::optional<std::string> value = ValueOf(equals, argument);
    if (!value) return Report("--" + key, "the value is missing", "--" + key + "=value");
    result_.settings.emplace_back(key, *std::move(value));
  }

  // The text after '=', or else the next argument unless it is an option.
  std::optional<std::string> ValueOf(std::size_t equals, const std::string& argument) {
    if (equals != std::string::npos) return argument.substr(equals + 1);
    if (next_ >= arguments_.size() || arguments_[next_].compare(0, 2, "--") == 0) {
      return std::nullopt;
    }
    return arguments_[next_++];
  }

  void Report(const std::string& option, std::string what, std::string allowed) {
    result_.problems.push_back(
        {"command line " + option, "", std::move(what), std::move(allowed), ""});
  }

  const std::vector<std::string>& arguments_;
  std::size_t next_ = 0;
  CommandLine result_;
};

}  // namespace

CommandLine ParseCommandLine(const std::vector<std::string>& arguments) {
  return Parser(arguments).Parse();
}

}  // namespace gateway
