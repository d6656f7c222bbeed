#include "infra/config/sources/json_syntax.h"

#include <algorithm>

namespace gateway::config {
namespace {

std::string HintAt(std::string_view before, char c) {
  const std::size_t last = before.find_last_not_of(" \t\r\n");
  const char previous = last == std::string_view::npos ? '\0' : before[last];
  if (c == '/' || c == '#') return "comments are not allowed";
  if ((c == '}' || c == ']') && previous == ',') return "there is a comma before a closing bracket";
  if (c == '\'') return "strings need double quotes";
  if (c == '\0') return "a zero byte";
  if (static_cast<unsigned char>(c) >= 0x80) return "unexpected character, or not UTF-8";
  if (static_cast<unsigned char>(c) < 0x20)
    return "a value contains a line break or control character";
  return std::string("unexpected character ") + c;
}

}  // namespace

std::string DescribeSyntaxError(std::string_view text, std::size_t position,
                                std::string_view hint) {
  const bool at_end = position > text.size();
  const std::size_t offset = at_end ? text.size() : std::max<std::size_t>(position, 1) - 1;
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column =
      offset - (newline == std::string_view::npos ? 0 : newline + 1) + std::size_t{1};
  std::string what =
      "is not JSON: line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
  if (!hint.empty()) return what.append(hint);
  return what += at_end ? "it is incomplete" : HintAt(before, text[offset]);
}

std::string_view WithoutByteOrderMark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

}  // namespace gateway::config
