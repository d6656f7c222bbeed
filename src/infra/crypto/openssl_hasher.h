// The Hasher port on OpenSSL, and random bytes for new keys. Any thread; each keeps the contexts
// that it hashes with. Throws std::bad_alloc.
#ifndef GATEWAY_INFRA_CRYPTO_OPENSSL_HASHER_H_
#define GATEWAY_INFRA_CRYPTO_OPENSSL_HASHER_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "service/ports/hasher.h"

namespace gateway {

class OpensslHasher final : public Hasher {
 public:
  Sha256Digest Sha256(std::string_view text) const override;
  Sha256Digest Mac(const Sha256Digest& key, std::string_view text) const override;
  bool Equal(const Sha256Digest& a, const Sha256Digest& b) const override;
};

// 256 unpredictable bits; absent if the system cannot provide them.
std::optional<std::array<std::uint8_t, 32>> RandomBytes();

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_OPENSSL_HASHER_H_
