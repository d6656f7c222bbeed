#include "infra/config/config_problem.h"

#include <string_view>

namespace gateway {
namespace {

std::string WithoutControlCharacters(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte != 0x7f) {
      out += c;
    } else {
      out += "\\x";
      out += kHex[byte >> 4U];
      out += kHex[byte & 0xfU];
    }
  }
  return out;
}

}  // namespace

std::string ToLine(const ConfigProblem& problem) {
  std::string line = problem.where;
  // "command line --Http:Port" already contains the key.
  if (!problem.key.empty() && !line.ends_with(problem.key)) {
    line += (line.empty() ? "" : ": ") + problem.key;
  }
  line += (line.empty() ? "" : ": ") + problem.what;
  if (!problem.allowed.empty()) line += "; allowed: " + problem.allowed;
  if (!problem.nearest.empty()) line += "; nearest known key: " + problem.nearest;
  return WithoutControlCharacters(line);
}

}  // namespace gateway
