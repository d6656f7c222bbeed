// The files of config/ that are generated from the table. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_TABLE_JSON_SCHEMA_H_
#define GATEWAY_INFRA_CONFIG_TABLE_JSON_SCHEMA_H_

#include <string>

namespace gateway::config {

// config/appsettings.schema.json: JSON Schema draft-07, with the sentence, unit, range and default
// of each key. Ends with a line break.
std::string SchemaText();

// config/appsettings.json: every key at its default.
std::string DefaultsText();

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TABLE_JSON_SCHEMA_H_
