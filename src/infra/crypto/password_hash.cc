#include "infra/crypto/password_hash.h"

#include <crypt.h>
#include <openssl/crypto.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>

namespace gateway {
namespace {

constexpr unsigned kMinBcryptCost = 10;
constexpr unsigned kMaxBcryptCost = 14;  // a second
constexpr std::size_t kMaxBcryptBytes = 72;
constexpr unsigned kMaxShaRounds = 1'000'000;  // half a second
constexpr unsigned kMaxArgonKib = 131'072;     // for each of two workers
constexpr unsigned kMaxArgonPasses = 10;

constexpr std::string_view kArgon = "$argon2id$";

bool IsBcrypt(std::string_view hash) {
  return hash.starts_with("$2y$") || hash.starts_with("$2b$");
}

// The number after the first `name`; absent if there is none.
std::optional<unsigned> NumberAfter(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view digits = text.substr(at + name.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end == digits.data()) return std::nullopt;
  return number;
}

std::string WhyNotBcrypt(std::string_view hash) {
  constexpr std::size_t kSize = 60;
  const auto cost = NumberAfter(hash, hash.substr(0, 4));
  if (hash.size() != kSize || !cost) return "is not a complete bcrypt hash";
  if (*cost < kMinBcryptCost) {
    return "has a cost of " + std::to_string(*cost) +
           ", which is too quick to guess: use at least "
           "10 (htpasswd -B -C 12)";
  }
  if (*cost > kMaxBcryptCost) return "has a cost above 14, which takes too long";
  return {};
}

std::string WhyNotArgon(const std::string& hash) {
  const auto kib = NumberAfter(hash, "$m=");
  const auto passes = NumberAfter(hash, ",t=");
  if (!kib || !passes ||
      crypto_pwhash_str_needs_rehash(hash.c_str(), crypto_pwhash_OPSLIMIT_MIN,
                                     crypto_pwhash_MEMLIMIT_MIN) < 0) {
    return "is not a complete Argon2id hash";
  }
  if (*kib > kMaxArgonKib || *passes > kMaxArgonPasses) {
    return "needs more than 128 MiB or 10 passes";
  }
  return {};
}

bool VerifyByCrypt(const std::string& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();  // 32 KiB: too much for a stack
  const char* const made = crypt_r(password.c_str(), hash.c_str(), data.get());
  if (made == nullptr) return false;
  const std::string_view computed(made);
  const bool right = computed.size() == hash.size() &&
                     CRYPTO_memcmp(computed.data(), hash.data(), hash.size()) == 0;
  sodium_memzero(data.get(), sizeof *data);
  return right;
}

}  // namespace

std::string WhyNotPasswordHash(const std::string& hash) {
  if (hash.starts_with("$apr1$") || hash.starts_with("$1$")) {
    return "is of MD5, htpasswd's default, which is too quick to guess: make it anew with htpasswd "
           "-B -C 12";
  }
  if (hash.starts_with(kArgon)) return WhyNotArgon(hash);
  if (IsBcrypt(hash)) return WhyNotBcrypt(hash);
  const bool is_known =
      hash.starts_with("$5$") || hash.starts_with("$6$") || hash.starts_with("$y$");
  if (!is_known) return "is of no known kind";
  const int salt = crypt_checksalt(hash.c_str());  // SHA-crypt counts as legacy
  if (salt != CRYPT_SALT_OK && salt != CRYPT_SALT_METHOD_LEGACY) return "is not a valid hash";
  if (NumberAfter(hash, "$rounds=").value_or(0) > kMaxShaRounds) return "has too many rounds";
  const std::size_t digest = hash.size() - hash.rfind('$') - 1;
  const std::size_t expected = hash.starts_with("$6$") ? 86 : 43;
  return digest == expected ? std::string() : std::string("is not a complete hash");
}

bool PasswordHashVerifier::Verify(std::string_view password, const std::string& hash) const {
  if (password.size() > kMaxPasswordBytes || password.find('\0') != std::string_view::npos) {
    return false;
  }
  if (hash.starts_with(kArgon)) {
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
  }
  if (IsBcrypt(hash) && password.size() > kMaxBcryptBytes) return false;
  return VerifyByCrypt(std::string(password), hash);
}

std::optional<std::string> HashPassword(std::string_view password) {
  constexpr unsigned kPasses = 2;
  constexpr std::size_t kBytes = std::size_t{19} * 1'024 * 1'024;
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (sodium_init() < 0 ||
      crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasses, kBytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return std::nullopt;
  }
  return hash.data();
}

}  // namespace gateway
