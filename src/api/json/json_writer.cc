#include "api/json/json_writer.h"

#include <charconv>

#include "api/json/utf8.h"

namespace gateway {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void AppendEscaped(unsigned char c, std::string* out) {
  switch (c) {
    case '"':
      out->append("\\\"");
      return;
    case '\\':
      out->append("\\\\");
      return;
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      break;
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  out->append("\\u00");
  out->push_back(kHex[c >> 4U]);
  out->push_back(kHex[c & 0xFU]);
}

}  // namespace

void AppendJsonString(std::string_view text, std::string* out) {
  out->push_back('"');
  std::size_t plain = 0;  // start of the run that needs no escaping
  std::size_t i = 0;
  const auto flush = [&] { out->append(text.substr(plain, i - plain)); };
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      ++i;
    } else if (c < 0x80) {
      flush();
      AppendEscaped(c, out);
      plain = ++i;
    } else if (const std::size_t length = Utf8SequenceLength(text.substr(i)); length != 0) {
      i += length;
    } else {
      flush();
      out->append(kReplacement);
      plain = ++i;
    }
  }
  flush();
  out->push_back('"');
}

void AppendJsonInteger(std::int64_t number, std::string* out) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, number);
  static_cast<void>(error);  // 24 characters hold every 64-bit integer
  out->append(digits, end);
}

}  // namespace gateway
