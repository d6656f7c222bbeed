#include "api/pipeline/request_id.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <random>

namespace gateway {
namespace {

constexpr std::size_t kMaxRequestId = 128;

// One generator per thread, seeded by the system: ids must be distinct, not secret.
std::uint64_t RandomBits() {
  thread_local std::mt19937_64 generator = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  return generator();
}

constexpr std::array<char, 512> kHexPairs = [] {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    pairs[2 * byte] = kDigits[byte / 16];
    pairs[2 * byte + 1] = kDigits[byte % 16];
  }
  return pairs;
}();

// Writes the last `Bytes` bytes of `bits`, the most significant first.
template <std::size_t Bytes>
void AppendHex(std::uint64_t bits, char* out) {
  for (std::size_t i = 0; i < Bytes; ++i) {
    const std::uint64_t byte = bits >> (8 * (Bytes - 1 - i)) & 0xFFU;
    std::memcpy(out + 2 * i, kHexPairs.data() + 2 * byte, 2);
  }
}

}  // namespace

bool IsWellFormedRequestId(std::string_view id) {
  return !id.empty() && id.size() <= kMaxRequestId && std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

std::string MakeRequestId(TimestampMs unix_ms) {
  const std::uint64_t random = RandomBits();
  const std::uint64_t high =
      (static_cast<std::uint64_t>(unix_ms) << 16U) | 0x7000U | (random & 0x0FFFU);
  const std::uint64_t low = (RandomBits() & 0x3FFF'FFFF'FFFF'FFFFU) | 0x8000'0000'0000'0000U;
  std::string id(36, '-');
  char* const out = id.data();
  AppendHex<4>(high >> 32U, out);
  AppendHex<2>(high >> 16U, out + 9);
  AppendHex<2>(high, out + 14);
  AppendHex<2>(low >> 48U, out + 19);
  AppendHex<6>(low, out + 24);
  return id;
}

std::string RequestIdOf(std::optional<std::string_view> sent, TimestampMs unix_ms) {
  if (sent && IsWellFormedRequestId(*sent)) return std::string(*sent);
  return MakeRequestId(unix_ms);
}

}  // namespace gateway
