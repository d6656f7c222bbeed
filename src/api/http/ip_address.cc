#include "api/http/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace gateway::http {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr unsigned kBits = 128;

// Bit `index` of an address, from the most significant.
bool Bit(const std::array<std::uint8_t, 16>& bytes, unsigned index) {
  return (unsigned{bytes[index / 8]} >> (7 - index % 8) & 1U) != 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};  // as inet_pton takes it
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  IpAddress address;
  auto* const bytes = address.bytes_.data();
  if (inet_pton(AF_INET, terminated.data(), bytes + kMapped.size()) == 1) {
    std::copy(kMapped.begin(), kMapped.end(), address.bytes_.begin());
    address.v4_ = true;
    return address;
  }
  if (inet_pton(AF_INET6, terminated.data(), bytes) != 1) return std::nullopt;
  address.v4_ = std::equal(kMapped.begin(), kMapped.end(), address.bytes_.begin());
  return address;
}

std::string IpAddress::ToText() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* const bytes = bytes_.data();
  if (v4_) {
    inet_ntop(AF_INET, bytes + kMapped.size(), text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
  }
  return text.data();
}

IpAddress IpAddress::First64Bits() const {
  IpAddress first = *this;
  std::fill(first.bytes_.begin() + 8, first.bytes_.end(), std::uint8_t{0});
  return first;
}

std::optional<IpNetwork> IpNetwork::Parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::Parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  IpNetwork network;
  network.first_ = *address;
  network.prefix_ = kBits;
  if (slash == std::string_view::npos) return network;
  const std::string_view length = text.substr(slash + 1);
  const unsigned start = address->v4_ ? IpAddress::kV4Start : 0;
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc() || end != length.data() + length.size() || bits > kBits - start) {
    return std::nullopt;
  }
  network.prefix_ = start + bits;
  for (unsigned i = network.prefix_; i < kBits; ++i) {
    if (Bit(address->bytes_, i)) return std::nullopt;
  }
  return network;
}

bool IpNetwork::Contains(const IpAddress& address) const {
  if (address.v4_ != first_.v4_) return false;
  const unsigned whole = prefix_ / 8;
  const auto begin = first_.bytes_.begin();
  if (!std::equal(begin, begin + whole, address.bytes_.begin())) return false;
  for (unsigned i = 8 * whole; i < prefix_; ++i) {
    if (Bit(first_.bytes_, i) != Bit(address.bytes_, i)) return false;
  }
  return true;
}

std::string ClientNetworkOf(std::string_view text) {
  const auto address = IpAddress::Parse(text);
  if (!address || address->is_v4()) return std::string(text);
  return address->First64Bits().ToText();
}

}  // namespace gateway::http
