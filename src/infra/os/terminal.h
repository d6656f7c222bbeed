// Reads secrets from people and scripts. For the main thread of a command.
#ifndef GATEWAY_INFRA_OS_TERMINAL_H_
#define GATEWAY_INFRA_OS_TERMINAL_H_

#include <optional>
#include <string>

namespace gateway {

// True if standard input is a terminal.
bool StandardInputIsTerminal();

// The next line of standard input without its end. On a terminal, first writes `prompt` to standard
// error, and hides the typed characters. Absent at the end of the input.
std::optional<std::string> ReadSecretLine(const std::string& prompt);

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_TERMINAL_H_
