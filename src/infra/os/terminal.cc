#include "infra/os/terminal.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace gateway {
namespace {

// Hides typed characters while it exists.
class WithoutEcho final {
 public:
  WithoutEcho() : changed_(tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (!changed_) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;
  ~WithoutEcho() {
    if (changed_) tcsetattr(STDIN_FILENO, TCSADRAIN, &before_);
  }

 private:
  termios before_{};
  const bool changed_;
};

std::optional<std::string> ReadLine() {
  std::string line;
  if (!std::getline(std::cin, line)) return std::nullopt;
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

bool StandardInputIsTerminal() { return isatty(STDIN_FILENO) == 1; }

std::optional<std::string> ReadSecretLine(const std::string& prompt) {
  if (!StandardInputIsTerminal()) return ReadLine();
  const WithoutEcho silence;  // before the prompt: discards earlier typing
  std::cerr << prompt << std::flush;
  auto line = ReadLine();
  std::cerr << '\n';
  return line;
}

}  // namespace gateway
