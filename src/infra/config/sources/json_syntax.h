// Says where a text is not JSON, and why, in words for the person who wrote it. Pure; any thread.
#ifndef GATEWAY_INFRA_CONFIG_SOURCES_JSON_SYNTAX_H_
#define GATEWAY_INFRA_CONFIG_SOURCES_JSON_SYNTAX_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace gateway::config {

// "is not JSON: line 3, column 7: ...". `position`: of the error, in bytes from 1; `hint`: the
// error there, "" if only the text itself shows it.
std::string DescribeSyntaxError(std::string_view text, std::size_t position, std::string_view hint);

// The hint in the parser's exception; "" if there is none. T is nlohmann::json::exception.
template <typename T>
std::string_view HintOf(const T& error) {
  constexpr int kNumberOverflow = 406;
  return error.id == kNumberOverflow ? "a number is too large" : "";
}

std::string_view WithoutByteOrderMark(std::string_view text);

}  // namespace gateway::config

#endif  // GATEWAY_INFRA_CONFIG_SOURCES_JSON_SYNTAX_H_
