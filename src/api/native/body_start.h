// Detects from the first bytes of a body that it is not UTF-8 text: it is compressed without a
// Content-Encoding, or text in another encoding. Pure functions.
#ifndef GATEWAY_API_NATIVE_BODY_START_H_
#define GATEWAY_API_NATIVE_BODY_START_H_

#include <optional>
#include <string_view>

namespace gateway {

// A sentence that says what `body` begins with and what to send instead; absent if it may be UTF-8
// text. `body` has already been decoded from its Content-Encoding.
std::optional<std::string_view> DescribeForeignStart(std::string_view body);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_BODY_START_H_
