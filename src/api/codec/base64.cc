#include "api/codec/base64.h"

#include <array>
#include <cstdint>

namespace gateway {
namespace {

constexpr std::uint32_t kNone = 0x80;  // not a six-bit value

constexpr std::array<std::uint8_t, 256> MakeValues() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<std::uint8_t, 256> values{};
  for (std::uint8_t& value : values) value = kNone;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr std::array<std::uint8_t, 256> kValues = MakeValues();

std::uint32_t ValueOf(char c) { return kValues[static_cast<unsigned char>(c)]; }

}  // namespace

std::optional<std::size_t> DecodeBase64(std::string_view text, char* to) {
  if (text.size() % 4 != 0) return std::nullopt;
  if (text.empty()) return 0;
  const char* const start = to;
  const auto put = [&to](std::uint32_t byte) { *to++ = static_cast<char>(byte & 0xFFU); };

  std::size_t padding = 0;
  if (text[text.size() - 1] == '=') padding = text[text.size() - 2] == '=' ? 2 : 1;
  const std::size_t whole = text.size() - (padding == 0 ? 0 : 4);
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t a = ValueOf(text[i]);
    const std::uint32_t b = ValueOf(text[i + 1]);
    const std::uint32_t c = ValueOf(text[i + 2]);
    const std::uint32_t d = ValueOf(text[i + 3]);
    seen |= a | b | c | d;
    put((a << 2U) | (b >> 4U));
    put((b << 4U) | (c >> 2U));
    put((c << 6U) | d);
  }
  if (padding != 0) {
    const std::uint32_t a = ValueOf(text[whole]);
    const std::uint32_t b = ValueOf(text[whole + 1]);
    const std::uint32_t c = padding == 1 ? ValueOf(text[whole + 2]) : 0;
    seen |= a | b | c;
    const std::uint32_t unused = padding == 1 ? c & 0x3U : b & 0xFU;
    if (unused != 0) return std::nullopt;
    put((a << 2U) | (b >> 4U));
    if (padding == 1) put((b << 4U) | (c >> 2U));
  }
  if ((seen & kNone) != 0) return std::nullopt;
  return static_cast<std::size_t>(to - start);
}

}  // namespace gateway
