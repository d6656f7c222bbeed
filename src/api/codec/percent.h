// Percent-encoding (RFC 3986, 2.1), strictly: "%" and two hexadecimal digits are a byte, any byte.
// Pure functions.
#ifndef GATEWAY_API_CODEC_PERCENT_H_
#define GATEWAY_API_CODEC_PERCENT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gateway {

// The meaning of a bare "+". In a path it is a plus. In a query it is a space, because nearly every
// query encoder writes one so (WHATWG URL, application/x-www-form-urlencoded).
enum class Plus : std::uint8_t { kPlus, kSpace };

// Decodes `text` to `to`, which has room for `text.size()` bytes. Returns the number of bytes;
// nothing if an escape is not well-formed.
std::optional<std::size_t> DecodePercent(std::string_view text, Plus plus, char* to);

}  // namespace gateway

#endif  // GATEWAY_API_CODEC_PERCENT_H_
