// Escapes text for a line of the log: always well-formed UTF-8 (anything else becomes U+FFFD), and
// without characters that end a line or control a terminal. Pure functions, any thread.
#ifndef GATEWAY_INFRA_LOGGING_ESCAPING_H_
#define GATEWAY_INFRA_LOGGING_ESCAPING_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway {

enum class Escaping : std::uint8_t {
  kPlain,   // control characters only, as \n or \u001b: for people
  kQuoted,  // also the quote and the backslash: inside the quotes of a JSON string
};

// Appends `text`, escaped, without quotes around it.
void AppendEscaped(std::string_view text, Escaping escaping, std::string* out);

// Appends `text` as a JSON string, quotes included.
void AppendQuoted(std::string_view text, std::string* out);

}  // namespace gateway

#endif  // GATEWAY_INFRA_LOGGING_ESCAPING_H_
