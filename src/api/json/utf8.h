// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing over
// U+10FFFF.
#ifndef GATEWAY_API_JSON_UTF8_H_
#define GATEWAY_API_JSON_UTF8_H_

#include <cstddef>
#include <string_view>

namespace gateway {

// The offset of the first byte that is not part of a well-formed sequence; npos if there is none.
std::size_t FindInvalidUtf8(std::string_view text);

// The length of the well-formed sequence at the start of `text`, which is not empty; 0 if there is
// none.
std::size_t Utf8SequenceLength(std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_API_JSON_UTF8_H_
