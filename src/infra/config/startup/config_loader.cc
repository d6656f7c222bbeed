#include "infra/config/startup/config_loader.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "infra/config/sources/json_entries.h"
#include "infra/config/sources/secrets.h"
#include "infra/config/sources/text_sources.h"
#include "infra/config/table/contradictions.h"
#include "infra/config/table/value_json.h"
#include "infra/config/values/layered_values.h"

namespace gateway {
namespace {

using config::LayeredValues;
using config::SourceKind;
using Problems = std::vector<ConfigProblem>;

constexpr std::string_view kEnvironmentVariable = "GATEWAY_ENVIRONMENT";

void Append(Problems* all, const Problems& more) {
  all->insert(all->end(), more.begin(), more.end());
}

class Loader final {
 public:
  explicit Loader(const ConfigSources& sources) : sources_(sources) {
    problems_ = sources.command_line.problems;
  }

  void ApplySources() {
    ApplyFile(sources_.files.FindConfig("appsettings.json"), SourceKind::kBaseFile);
    ApplyFile(EnvironmentFile(), SourceKind::kFile);
    if (sources_.command_line.config_file) {
      ApplyFile(*sources_.command_line.config_file, SourceKind::kFile);
    }
    layered_.Apply(config::EnvironmentEntries(sources_.environment, &problems_));
    layered_.Apply(config::CommandLineEntries(sources_.command_line.settings));
    layered_.ApplyProfile();
    layered_.ReadSecretFiles();
    Append(&problems_, layered_.problems());
  }

  void Check(const std::vector<ConfigCheck>& checks) {
    const Settings settings = layered_.ToSettings();
    if (all_files_read_) CheckContradictions(settings);
    for (const ConfigCheck& check : checks) {
      for (ConfigProblem& problem : check(settings)) {
        if (problem.where.empty()) problem.where = layered_.WhereOf(problem.key);
        problems_.push_back(std::move(problem));
      }
    }
  }

  Result<LoadedConfig, Problems> Finish() && {
    if (!problems_.empty()) return std::move(problems_);
    LoadedConfig loaded;
    loaded.settings = layered_.ToSettings();
    for (const LayeredValues::Slot& slot : layered_.slots()) AddValues(slot, &loaded.values);
    loaded.environment_name = EnvironmentName();
    loaded.files = std::move(files_);
    return loaded;
  }

 private:
  std::string EnvironmentName() const {
    const std::string name = config::Variable(sources_.environment, kEnvironmentVariable);
    return name.empty() ? "Production" : name;
  }

  std::optional<std::filesystem::path> EnvironmentFile() {
    const std::string name = EnvironmentName();
    if (name.find_first_of("/\\\n") == std::string::npos) {
      return sources_.files.FindConfig("appsettings." + name + ".json");
    }
    problems_.push_back({"environment variable " + std::string(kEnvironmentVariable), "",
                         "is not a name", "a name such as Production or Development", ""});
    return std::nullopt;
  }

  void ApplyFile(const std::optional<std::filesystem::path>& file, SourceKind kind) {
    if (!file) return;
    const config::JsonEntries read = config::ReadJsonEntries(*file, kind);
    Append(&problems_, read.problems);
    all_files_read_ = all_files_read_ && read.readable;
    layered_.Apply(read.entries);
    files_.push_back(file->string());
  }

  // Skipped if one of the two keys is already invalid: its value is not the intended one.
  void CheckContradictions(const Settings& settings) {
    for (config::Contradiction& found : config::FindContradictions(settings)) {
      if (layered_.Failed(found.key) || layered_.Failed(found.other_key)) continue;
      std::string where = layered_.WhereOf(found.key);
      if (where.empty()) where = layered_.WhereOf(found.other_key);
      problems_.push_back({std::move(where), std::string(found.key), std::move(found.what),
                           std::move(found.allowed), ""});
    }
  }

  static std::string OriginText(const config::Origin& origin, bool is_default) {
    switch (origin.kind) {
      case SourceKind::kBaseFile:
        return is_default ? "default" : origin.where;
      case SourceKind::kProfile:
      case SourceKind::kFile:
        return origin.where;
      case SourceKind::kEnvironment:
        return "environment";
      case SourceKind::kCommandLine:
        return "command line";
      case SourceKind::kDefault:
        break;
    }
    return "default";
  }

  static void AddValues(const LayeredValues::Slot& slot, std::vector<EffectiveValue>* values) {
    const std::string path(slot.property->path);
    const bool is_default = slot.value == config::DefaultOf(*slot.property);
    if (slot.entries.empty()) {
      values->push_back({path,
                         slot.property->secret && !is_default ? std::string(kRedacted)
                                                              : config::ToJsonText(slot.value),
                         OriginText(slot.origin, is_default)});
      return;
    }
    for (const auto& entry : std::get<config::StringMap>(slot.value)) {
      const bool secret = slot.property->secret || IsSecretName(entry.first);
      values->push_back({path + ":" + entry.first,
                         secret ? std::string(kRedacted) : config::ToJsonText(entry.second),
                         OriginText(slot.entries.at(entry.first), false)});
    }
  }

  const ConfigSources& sources_;
  LayeredValues layered_;
  Problems problems_;
  std::vector<std::string> files_;
  bool all_files_read_ = true;
};

}  // namespace

Result<LoadedConfig, std::vector<ConfigProblem>> LoadConfig(
    const ConfigSources& sources, const std::vector<ConfigCheck>& checks) {
  Loader loader(sources);
  loader.ApplySources();
  loader.Check(checks);
  return std::move(loader).Finish();
}

}  // namespace gateway
