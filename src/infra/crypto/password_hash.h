// Password hashes as the access file has them: those of htpasswd that are slow enough (bcrypt,
// SHA-crypt), yescrypt and Argon2id. By libcrypt and libsodium. Any thread.
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

// What is wrong with it, in words that quote nothing of it ("is of MD5 ..."); "" if it can be used.
std::string WhyNotPasswordHash(const std::string& hash);

class PasswordHashVerifier final : public PasswordVerifier {
 public:
  // False, too, for a password that the kind of hash would cut off: bcrypt after 72 bytes.
  bool Verify(std::string_view password, const std::string& hash) const override;
};

// Argon2id with 19 MiB and two passes. Nothing if there is not enough memory.
std::optional<std::string> HashPassword(std::string_view password);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_PASSWORD_HASH_H_
