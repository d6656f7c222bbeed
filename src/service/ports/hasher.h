// The port for what credentials need of cryptography.
#ifndef GATEWAY_SERVICE_PORTS_HASHER_H_
#define GATEWAY_SERVICE_PORTS_HASHER_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace gateway {

using Sha256Digest = std::array<std::uint8_t, 32>;

// Implementations are thread-safe and never block.
class Hasher {
 public:
  virtual ~Hasher() = default;
  virtual Sha256Digest Sha256(std::string_view text) const = 0;
  // HMAC-SHA-256.
  virtual Sha256Digest Mac(const Sha256Digest& key, std::string_view text) const = 0;
  // In a time that does not depend on where they differ.
  virtual bool Equal(const Sha256Digest& a, const Sha256Digest& b) const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_HASHER_H_
