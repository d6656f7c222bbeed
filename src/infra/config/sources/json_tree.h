// A JSON text as a tree whose nodes know their lines, for files that have objects in lists: at most
// 1 MiB, without comments, without repeated members (ignoring case). Pure except for reading the
// file; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_JSON_TREE_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_JSON_TREE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/config_problem.h"

namespace gateway::config {

struct JsonNode {
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  std::size_t line = 0;           // on which it begins, from 1
  std::string text;               // of a string, number (as written) or boolean
  std::vector<JsonNode> items;    // of an array; of an object: the values of its members
  std::vector<std::string> keys;  // of an object, one for each item
};

struct JsonTree {
  std::optional<JsonNode> root;  // absent: unreadable or not JSON
  std::vector<ConfigProblem> problems;
};

// `where`: of the problems, "file <path>".
JsonTree ParseJsonTree(std::string_view text, const std::string& where);
JsonTree ReadJsonTree(const std::filesystem::path& file);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_JSON_TREE_H_
