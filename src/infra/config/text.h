// String functions of the configuration. Pure; any thread. ASCII only, like keys.
#ifndef GATEWAY_INFRA_CONFIG_TEXT_H_
#define GATEWAY_INFRA_CONFIG_TEXT_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gateway::config {

std::string ToLower(std::string_view text);
bool EqualsIgnoringCase(std::string_view a, std::string_view b);
bool StartsWithIgnoringCase(std::string_view text, std::string_view prefix);
std::string Join(const std::vector<std::string>& parts, std::string_view separator);

// `text` in quotes for a message, cut after 80 bytes.
std::string Quoted(std::string_view text);

// The number of characters to insert, remove or replace to turn one text into the other, ignoring
// case. Compares only the first 256 characters.
std::size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_TEXT_H_
