// What the first bytes of a body tell where UTF-8 text is expected: that it is compressed although
// no Content-Encoding says so, or text in another encoding. Pure functions.
#ifndef GATEWAY_API_NATIVE_BODY_START_H_
#define GATEWAY_API_NATIVE_BODY_START_H_

#include <optional>
#include <string_view>

namespace gateway {

// A sentence that says what `body` begins with and what to send instead; absent if it may be UTF-8
// text. `body` is what is left once its Content-Encoding has been undone.
std::optional<std::string_view> DescribeForeignStart(std::string_view body);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_BODY_START_H_
