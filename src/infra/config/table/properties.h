// The table of configuration keys: one row per key, from which everything else is derived
// (validation, --print-config, the schema, the files in config/, the nearest known key). To add a
// key, add a field to settings.h and a row to properties.cc. The default of a key is the initial
// value of its field. Immutable; any thread.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_PROPERTIES_H_
#define GATEWAY_INFRA_CONFIG_TABLE_PROPERTIES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "infra/config/settings.h"

namespace gateway::config {

using StringList = std::vector<std::string>;
using StringMap = std::map<std::string, std::string>;

// The alternatives are in the order of PropertyType. A choice is a std::string. The last
// alternative is that of an optional property without a value.
using Value =
    std::variant<bool, std::int64_t, double, std::string, StringList, StringMap, std::monostate>;
enum class PropertyType : std::uint8_t { kBoolean, kInteger, kNumber, kString, kList, kMap };

// The format of a text, or of each text in a list.
enum class TextRule : std::uint8_t {
  kAny,
  kNotEmpty,   // no white space at either end
  kServers,    // host:port,host:port or one word
  kTopicGlob,  // characters of a topic name, and *
  kFieldGlob,  // characters of a header's name, including *
  kOrigin,     // scheme://host:port as browsers write it, or *
  kTime,       // RFC 3339, not before 1970
  kPathGlob,   // a path without query, and *
};

struct Property {
  std::string_view path;      // "Http:Port"
  std::string_view unit;      // "milliseconds"; may be empty
  std::string_view sentence;  // its description, for the schema
  PropertyType type = PropertyType::kString;
  double minimum = 0;                     // of integers and numbers
  double maximum = 0;                     // exact: below 2^53
  std::vector<std::string_view> allowed;  // if not empty, the only values, as text
  std::string_view reason;                // why nothing else is allowed
  TextRule rule = TextRule::kAny;         // of strings and lists
  bool optional = false;                  // may have no value: null in files, empty elsewhere
  bool secret = false;                    // never shown; may be given as file:/path
  Value (*get)(const Settings&) = nullptr;
  void (*set)(Settings&, const Value&) = nullptr;  // the value must be valid for this property
};

struct Section {
  std::string_view name;  // "Http", "Http:Tls"
  std::string_view sentence;
};

// In the order of the files and of --print-config, grouped by section.
const std::vector<Property>& Properties();
const std::vector<Section>& Sections();

// The row with this path, ignoring case, or nullptr.
const Property* FindProperty(std::string_view path);

// The known key most similar to `path`.
std::string NearestKey(std::string_view path);

Value DefaultOf(const Property& property);

// "an integer from 0 to 65535 (milliseconds)", "one of json, text".
std::string DescribeAllowed(const Property& property);

// True if `text` satisfies the rule.
bool Obeys(TextRule rule, std::string_view text);

// The rule as a regular expression for the schema, "" if it allows everything; and in words.
std::string_view PatternOf(TextRule rule);
std::string_view InWords(TextRule rule);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_PROPERTIES_H_
