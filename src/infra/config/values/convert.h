// Converts the value of a source to the type of a key, strictly: no rounding, no trimming, no
// guessing. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_
#define GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_

#include <optional>
#include <string>

#include "infra/config/sources/raw_entry.h"
#include "infra/config/table/properties.h"

namespace gateway::config {

// The value, if the property allows it; else nothing, and `*what` says what is wrong. Untyped text
// (a variable, the command line) is parsed as the property's type; lists and maps have no such
// form. Not for maps: see ConvertMapValue.
std::optional<Value> Convert(const Property& property, const RawValue& raw, std::string* what);

// One element of a list property.
std::optional<std::string> ConvertElement(const Property& property, const RawValue& raw,
                                          std::string* what);

// One value of a map property: a string, or the text of a number or boolean.
std::optional<std::string> ConvertMapValue(const RawValue& raw, std::string* what);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_
