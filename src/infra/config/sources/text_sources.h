// The environment and the command line as sources. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_TEXT_SOURCES_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_TEXT_SOURCES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "infra/config/config_problem.h"
#include "infra/config/sources/raw_entry.h"

namespace gateway::config {

// The variables ("NAME=value") whose first segment is a section: Http__Port=0, Topics__Deny__0=x.
// Names without "__" are ignored: HTTP, KAFKA_PORT. Below Kafka:Librdkafka each _ becomes a dot,
// because names with dots cannot be exported. Two variables for one key are a problem.
std::vector<RawEntry> EnvironmentEntries(const std::vector<std::string>& environment,
                                         std::vector<ConfigProblem>* problems);

// --Section:Key=value as ("Section:Key", "value"), in the order given.
std::vector<RawEntry> CommandLineEntries(
    const std::vector<std::pair<std::string, std::string>>& settings);

// The value of a variable, or "".
std::string Variable(const std::vector<std::string>& environment, std::string_view name);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_TEXT_SOURCES_H_
