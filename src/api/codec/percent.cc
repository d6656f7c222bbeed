#include "api/codec/percent.h"

namespace gateway {
namespace {

constexpr int kNoDigit = -1;

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return kNoDigit;
}

}  // namespace

std::optional<std::size_t> DecodePercent(std::string_view text, Plus plus, char* to) {
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      to[size++] = text[i] == '+' && plus == Plus::kSpace ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high == kNoDigit || low == kNoDigit) return std::nullopt;
    to[size++] = static_cast<char>(high * 16 + low);
    i += 2;
  }
  return size;
}

}  // namespace gateway
