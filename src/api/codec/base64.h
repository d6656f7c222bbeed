// Strict base64 (RFC 4648, section 4): the standard alphabet, padding, no white space, and no bits
// set after the last byte, so that each byte string has exactly one form. Pure functions.
#ifndef GATEWAY_API_CODEC_BASE64_H_
#define GATEWAY_API_CODEC_BASE64_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace gateway {

// Room that DecodeBase64 needs for `size` characters, in bytes.
constexpr std::size_t MaxBase64DecodedSize(std::size_t size) { return size / 4 * 3; }

// Decodes `text` to `to` (which has room for MaxBase64DecodedSize bytes). Returns the number of
// bytes; nothing if `text` is not strict base64.
std::optional<std::size_t> DecodeBase64(std::string_view text, char* to);

}  // namespace gateway

#endif  // GATEWAY_API_CODEC_BASE64_H_
