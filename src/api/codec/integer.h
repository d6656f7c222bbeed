// Reads an integer from text. Pure function.
#ifndef GATEWAY_API_CODEC_INTEGER_H_
#define GATEWAY_API_CODEC_INTEGER_H_

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace gateway {

// Parses the whole of `text` as a decimal integer, with "-" as the only sign. Returns nothing if it
// is malformed or does not fit.
template <typename Integer>
std::optional<Integer> ParseInteger(std::string_view text) {
  Integer number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

}  // namespace gateway

#endif  // GATEWAY_API_CODEC_INTEGER_H_
