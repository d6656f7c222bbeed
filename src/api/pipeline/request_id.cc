#include "api/pipeline/request_id.h"

#include <algorithm>
#include <cstdint>
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
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string id(36, '-');
  std::size_t at = 0;
  for (unsigned nibble = 0; nibble < 32; ++nibble) {
    if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) ++at;
    const std::uint64_t half = nibble < 16 ? high : low;
    id[at++] = kHex[(half >> (60U - 4U * (nibble % 16U))) & 0xFU];
  }
  return id;
}

std::string RequestIdOf(std::optional<std::string_view> sent, TimestampMs unix_ms) {
  if (sent && IsWellFormedRequestId(*sent)) return std::string(*sent);
  return MakeRequestId(unix_ms);
}

}  // namespace gateway
