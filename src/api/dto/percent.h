// Percent-encoding (RFC 3986, 2.1), strictly: "%" and two hexadecimal digits are a byte, any byte.
// "+" is a plus: this is a URI, not a form. Pure functions.
#ifndef GATEWAY_API_DTO_PERCENT_H_
#define GATEWAY_API_DTO_PERCENT_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace gateway {

// Decodes `text` to `to`, which has room for `text.size()` bytes. Returns the number of bytes;
// nothing if an escape is not well-formed.
std::optional<std::size_t> DecodePercent(std::string_view text, char* to);

}  // namespace gateway

#endif  // GATEWAY_API_DTO_PERCENT_H_
