// Base64 for URLs (RFC 4648, section 5) without padding, as in keys and tokens. Strict: no
// white space, and no bits set after the last byte, so that each byte string has exactly one form.
// Pure functions; any thread.
#ifndef GATEWAY_SERVICE_TYPES_BASE64URL_H_
#define GATEWAY_SERVICE_TYPES_BASE64URL_H_

#include <optional>
#include <string>
#include <string_view>

namespace gateway {

std::string EncodeBase64Url(std::string_view bytes);

// The bytes; nothing if `text` is not strict base64url.
std::optional<std::string> DecodeBase64Url(std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_BASE64URL_H_
