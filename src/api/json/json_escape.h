// The \uXXXX escapes of a JSON string (RFC 8259, section 7): for the reader, which validates them,
// and the decoder.
#ifndef GATEWAY_API_JSON_JSON_ESCAPE_H_
#define GATEWAY_API_JSON_JSON_ESCAPE_H_

namespace gateway {

// The value of the four hex digits at `p`; -1 if they are not hex digits.
inline int HexQuad(const char* p, const char* end) {
  if (end - p < 4) return -1;
  int value = 0;
  for (int i = 0; i < 4; ++i) {
    const char c = p[i];
    int digit = 0;
    if (c >= '0' && c <= '9') {
      digit = c - '0';
    } else if (c >= 'a' && c <= 'f') {
      digit = c - 'a' + 10;
    } else if (c >= 'A' && c <= 'F') {
      digit = c - 'A' + 10;
    } else {
      return -1;
    }
    value = value * 16 + digit;
  }
  return value;
}

inline bool IsSurrogate(int code) { return code >= 0xD800 && code <= 0xDFFF; }
inline bool IsHighSurrogate(int code) { return code >= 0xD800 && code <= 0xDBFF; }
inline bool IsLowSurrogate(int code) { return code >= 0xDC00 && code <= 0xDFFF; }

// The low surrogate that completes a pair; -1 if none follows.
inline int LowSurrogateAt(const char* p, const char* end) {
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return -1;
  const int code = HexQuad(p + 2, end);
  return IsLowSurrogate(code) ? code : -1;
}

}  // namespace gateway

#endif  // GATEWAY_API_JSON_JSON_ESCAPE_H_
