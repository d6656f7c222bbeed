// Turns what a source says into the type of a key, strictly: no rounding, no trimming, no guessing.
// Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_
#define GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_

#include <optional>
#include <string>

#include "infra/config/sources/raw_entry.h"
#include "infra/config/table/properties.h"

namespace gateway::config {

// The value, within what the property allows; or nothing, and `*what` says what is wrong with it.
// A text of no type (a variable, the command line) is read as the property's type; lists and maps
// have no such form. Not for maps: see ConvertMapValue.
std::optional<Value> Convert(const Property& property, const RawValue& raw, std::string* what);

// One element of a list property.
std::optional<std::string> ConvertElement(const Property& property, const RawValue& raw,
                                          std::string* what);

// One value of a map property: a string, or a number or boolean as it was written.
std::optional<std::string> ConvertMapValue(const RawValue& raw, std::string* what);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_VALUES_CONVERT_H_
