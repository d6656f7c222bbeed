// Reads one configuration file: JSON without comments, at most 1 MiB, without repeated keys in an
// object (ignoring case). Pure except for reading the file; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_JSON_ENTRIES_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_JSON_ENTRIES_H_

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/config_problem.h"
#include "infra/config/sources/raw_entry.h"

namespace gateway::config {

struct JsonEntries {
  std::vector<RawEntry> entries;  // in the order of the text
  std::vector<ConfigProblem> problems;
  bool readable = true;  // false: unreadable or not JSON; no entries
};

// The members of the root object, flattened, without "$schema" at the root, which is for editors.
JsonEntries ParseJsonEntries(std::string_view text, const Origin& origin);

// The same of a file; `origin.where` is set to "file <path>".
JsonEntries ReadJsonEntries(const std::filesystem::path& file, SourceKind kind);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_JSON_ENTRIES_H_
