// One value of a JSON text as it was sent, and the decoding of strings. Slices come from a
// JsonReader and point into its text.
#ifndef GATEWAY_API_JSON_JSON_SLICE_H_
#define GATEWAY_API_JSON_JSON_SLICE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gateway {

enum class JsonKind : std::uint8_t { kNull, kTrue, kFalse, kNumber, kString, kArray, kObject };

// One value as it was sent, without surrounding white space.
struct JsonSlice {
  std::string_view text;  // a string has its quotes
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;  // a string with at least one escape
  // One of the escapes is half of a surrogate pair, left when text is cut within an emoji. The
  // grammar of RFC 8259 allows it (section 8.2), but it is not a character, so the string cannot be
  // decoded.
  bool half_pair = false;

  // The part between the quotes of a string: its bytes, unless it is `escaped`.
  std::string_view Inside() const { return text.substr(1, text.size() - 2); }
};

// "an array", "a number", ...
std::string_view DescribeKind(JsonKind kind);

// Decodes the string to `to`, which has room for `string.Inside().size()` bytes. Returns the number
// of bytes. The string must come from a JsonReader. Half of a surrogate pair becomes U+FFFD.
std::size_t UnescapeJson(const JsonSlice& string, char* to);
std::string UnescapeJson(const JsonSlice& string);

}  // namespace gateway

#endif  // GATEWAY_API_JSON_JSON_SLICE_H_
