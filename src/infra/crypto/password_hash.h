// Checks and makes password hashes for the access file: those of htpasswd that are slow enough
// (bcrypt, SHA-crypt), yescrypt and Argon2id. Uses libcrypt and libsodium. Any thread.
#ifndef GATEWAY_INFRA_CRYPTO_PASSWORD_HASH_H_
#define GATEWAY_INFRA_CRYPTO_PASSWORD_HASH_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "service/ports/password_verifier.h"

namespace gateway {

inline constexpr std::size_t kMaxPasswordBytes = 511;  // libcrypt's limit
inline constexpr std::string_view kPasswordHashRule =
    "a hash that begins with $2y$ (htpasswd -B -C 12), $5$, $6$, $y$ or $argon2id$ (kafka-gateway "
    "access hash-password)";

// Why the hash cannot be used, without quoting it ("is of MD5 ..."); "" if it can.
std::string WhyNotPasswordHash(const std::string& hash);

class PasswordHashVerifier final : public PasswordVerifier {
 public:
  // Also false for a password that the hash would truncate, as bcrypt does after 72 bytes.
  bool Verify(std::string_view password, const std::string& hash) const override;
};

// Argon2id with 19 MiB and two passes; absent if there is not enough memory.
std::optional<std::string> HashPassword(std::string_view password);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_PASSWORD_HASH_H_
