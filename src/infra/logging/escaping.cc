#include "infra/logging/escaping.h"

#include <cstddef>

namespace gateway {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr char32_t kMalformed = 0xFFFFFFFF;

struct CodePoint {
  char32_t value;
  std::size_t length;  // bytes; 1 for a malformed one
};

// The first code point of `text`, which is not empty.
CodePoint Decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return {kMalformed, 1};
  char32_t value = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xC0U) != 0x80U) return {kMalformed, 1};
    value = value << 6U | (byte & 0x3FU);
  }
  const bool overlong = (length == 3 && value < 0x800) || (length == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {kMalformed, 1};
  return {value, length};
}

// C0, DEL and C1 (which includes a terminal's CSI and the line end NEL), the Unicode line ends, and
// the characters that change the direction of text.
bool IsControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0x200E ||
         c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

void AppendControl(char32_t c, std::string* out) {
  if (c == '\n') {
    out->append("\\n");
  } else if (c == '\r') {
    out->append("\\r");
  } else if (c == '\t') {
    out->append("\\t");
  } else {
    constexpr std::string_view kHex = "0123456789abcdef";
    out->append("\\u");
    for (const unsigned shift : {12U, 8U, 4U, 0U}) out->push_back(kHex[c >> shift & 0xFU]);
  }
}

}  // namespace

void AppendEscaped(std::string_view text, Escaping escaping, std::string* out) {
  std::size_t plain = 0;  // start of the run that needs no escaping
  std::size_t i = 0;
  while (i < text.size()) {
    const CodePoint c = Decode(text.substr(i));
    const bool quote = escaping == Escaping::kQuoted && (c.value == '"' || c.value == '\\');
    if (c.value != kMalformed && !quote && !IsControl(c.value)) {
      i += c.length;
      continue;
    }
    out->append(text.substr(plain, i - plain));
    if (c.value == kMalformed) {
      out->append(kReplacement);
    } else if (quote) {
      out->push_back('\\');
      out->push_back(text[i]);
    } else {
      AppendControl(c.value, out);
    }
    i += c.length;
    plain = i;
  }
  out->append(text.substr(plain));
}

void AppendQuoted(std::string_view text, std::string* out) {
  out->push_back('"');
  AppendEscaped(text, Escaping::kQuoted, out);
  out->push_back('"');
}

}  // namespace gateway
