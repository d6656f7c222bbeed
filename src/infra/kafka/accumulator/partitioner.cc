#include "infra/kafka/accumulator/partitioner.h"

namespace gateway {
namespace {

constexpr std::uint32_t kSeed = 0x9747b28c;
constexpr std::uint32_t kMultiplier = 0x5bd1e995;
constexpr unsigned kShift = 24;

std::uint32_t ByteAt(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

std::uint32_t Murmur2(std::string_view bytes) {
  std::uint32_t hash = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = ByteAt(bytes, at) | ByteAt(bytes, at + 1) << 8U |
                         ByteAt(bytes, at + 2) << 16U | ByteAt(bytes, at + 3) << 24U;
    word *= kMultiplier;
    word ^= word >> kShift;
    word *= kMultiplier;
    hash *= kMultiplier;
    hash ^= word;
  }
  const std::size_t left_over = bytes.size() - at;
  if (left_over >= 3) hash ^= ByteAt(bytes, at + 2) << 16U;
  if (left_over >= 2) hash ^= ByteAt(bytes, at + 1) << 8U;
  if (left_over >= 1) {
    hash ^= ByteAt(bytes, at);
    hash *= kMultiplier;
  }
  hash ^= hash >> 13U;
  hash *= kMultiplier;
  hash ^= hash >> 15U;
  return hash;
}

}  // namespace gateway
