#include "infra/config/sources/text_sources.h"

#include <algorithm>
#include <map>

#include "infra/config/table/properties.h"
#include "infra/config/text.h"

namespace gateway::config {
namespace {

std::vector<std::string> Split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + separator.size());
  }
}

bool IsSection(std::string_view name) {
  const std::vector<Section>& sections = Sections();
  return std::any_of(sections.begin(), sections.end(), [name](const Section& section) {
    return EqualsIgnoringCase(section.name, name);
  });
}

bool IsMap(std::string_view path) {
  const Property* property = FindProperty(path);
  return property != nullptr && property->type == PropertyType::kMap;
}

// Everything below a map is one name, in which _ stands for a dot: linger_ms, but also
// sasl__password.
void RestoreDots(std::vector<std::string>* path) {
  std::string prefix = path->front();
  for (std::size_t i = 1; i < path->size(); ++i) {
    if (IsMap(prefix)) std::replace((*path)[i].begin(), (*path)[i].end(), '_', '.');
    prefix += ":" + (*path)[i];
  }
}

}  // namespace

std::vector<RawEntry> EnvironmentEntries(const std::vector<std::string>& environment,
                                         std::vector<ConfigProblem>* problems) {
  std::vector<RawEntry> entries;
  std::map<std::string, std::string> seen;  // key in lower case -> variable
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    std::vector<std::string> path = Split(name, "__");
    if (equals == std::string::npos || path.size() < 2 || !IsSection(path.front())) continue;
    RestoreDots(&path);
    const Origin origin{SourceKind::kEnvironment, "environment variable " + name};
    const std::string key = Join(path, ":");
    const auto added = seen.emplace(ToLower(key), name);
    if (!added.second) {
      problems->push_back({origin.where, key,
                           "the variable " + added.first->second + " also sets this key", "", ""});
    }
    entries.push_back(
        {std::move(path), {RawValue::Kind::kUntyped, variable.substr(equals + 1), {}}, origin});
  }
  return entries;
}

std::vector<RawEntry> CommandLineEntries(
    const std::vector<std::pair<std::string, std::string>>& settings) {
  std::vector<RawEntry> entries;
  for (const std::pair<std::string, std::string>& setting : settings) {
    entries.push_back({Split(setting.first, ":"),
                       {RawValue::Kind::kUntyped, setting.second, {}},
                       {SourceKind::kCommandLine, "command line --" + setting.first}});
  }
  return entries;
}

std::string Variable(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string& variable : environment) {
    const std::size_t equals = variable.find('=');
    if (equals != std::string::npos && std::string_view(variable).substr(0, equals) == name) {
      return variable.substr(equals + 1);
    }
  }
  return "";
}

}  // namespace gateway::config
