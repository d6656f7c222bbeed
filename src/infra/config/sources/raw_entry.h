// One setting of a source before its key is resolved: a path of segments and a value. Plain values;
// any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_RAW_ENTRY_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_RAW_ENTRY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace gateway::config {

// The origin of a value: the built-in default, the profile, then sources 1 to 5, lowest precedence
// first.
enum class SourceKind : std::uint8_t {
  kDefault,
  kProfile,
  kBaseFile,
  kFile,
  kEnvironment,
  kCommandLine,
};

struct Origin {
  SourceKind kind = SourceKind::kDefault;
  std::string where;  // as in ConfigProblem
};

struct RawValue {
  enum class Kind : std::uint8_t {
    kUntyped,  // from a variable or the command line: the key determines its type
    kString,
    kNumber,
    kBoolean,
    kNull,
    kArray,
    kObject,  // an empty one, or one inside an array; others become entries
  };
  Kind kind = Kind::kUntyped;
  std::string text;             // of a string, number (as written) or boolean
  std::vector<RawValue> items;  // of an array
};

struct RawEntry {
  std::vector<std::string> path;  // as written
  RawValue value;
  Origin origin;
};

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_RAW_ENTRY_H_
