#include "api/json/json_slice.h"

#include <cstring>

#include "api/json/json_escape.h"

namespace gateway {
namespace {

char* AppendUtf8(unsigned code, char* to) {
  const auto put = [&to](unsigned byte) { *to++ = static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
  return to;
}

char UnescapeOne(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // '"', '\\', '/'
  }
}

}  // namespace

std::string_view DescribeKind(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kTrue:
      return "true";
    case JsonKind::kFalse:
      return "false";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kString:
      return "a string";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "";
}

std::size_t UnescapeJson(const JsonSlice& string, char* to) {
  const char* const start = to;
  const std::string_view text = string.Inside();
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p != end) {
    const auto* escape =
        static_cast<const char*>(std::memchr(p, '\\', static_cast<std::size_t>(end - p)));
    const char* const stop = escape == nullptr ? end : escape;
    std::memcpy(to, p, static_cast<std::size_t>(stop - p));
    to += stop - p;
    if (escape == nullptr) break;
    p = escape + 2;
    if (escape[1] != 'u') {
      *to++ = UnescapeOne(escape[1]);
      continue;
    }
    int code = HexQuad(p, end);
    p += 4;
    if (IsSurrogate(code)) {
      const int low = IsHighSurrogate(code) ? LowSurrogateAt(p, end) : -1;
      code = low < 0 ? 0xFFFD : 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00);
      if (low >= 0) p += 6;
    }
    to = AppendUtf8(static_cast<unsigned>(code), to);
  }
  return static_cast<std::size_t>(to - start);
}

std::string UnescapeJson(const JsonSlice& string) {
  if (!string.escaped) return std::string(string.Inside());
  std::string text(string.Inside().size(), '\0');
  text.resize(UnescapeJson(string, text.data()));
  return text;
}

}  // namespace gateway
