#include "infra/crypto/openssl_hasher.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <cstddef>
#include <memory>
#include <new>

namespace gateway {
namespace {

// SHA256() and HMAC() look their algorithm up by name in each call, which takes longer than to hash
// a credential. So each thread keeps contexts of the algorithms.
struct ContextDeleter {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// With fixed algorithms and keys of the right length, OpenSSL fails only without memory.
void Require(bool done) {
  if (!done) throw std::bad_alloc();
}

EVP_MD_CTX* Sha256Context() {
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  thread_local const std::unique_ptr<EVP_MD_CTX, ContextDeleter> context(EVP_MD_CTX_new());
  Require(EVP_DigestInit_ex2(context.get(), algorithm, nullptr) == 1);
  return context.get();
}

EVP_MAC_CTX* MakeHmacContext() {
  static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  EVP_MAC_CTX* const context = EVP_MAC_CTX_new(algorithm);
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  Require(EVP_MAC_CTX_set_params(context, parameters) == 1);
  return context;
}

EVP_MAC_CTX* HmacContext(const Sha256Digest& key) {
  thread_local const std::unique_ptr<EVP_MAC_CTX, ContextDeleter> context(MakeHmacContext());
  Require(EVP_MAC_init(context.get(), key.data(), key.size(), nullptr) == 1);
  return context.get();
}

}  // namespace

Sha256Digest OpensslHasher::Sha256(std::string_view text) const {
  Sha256Digest digest;
  EVP_MD_CTX* const context = Sha256Context();
  Require(EVP_DigestUpdate(context, text.data(), text.size()) == 1 &&
          EVP_DigestFinal_ex(context, digest.data(), nullptr) == 1);
  return digest;
}

Sha256Digest OpensslHasher::Mac(const Sha256Digest& key, std::string_view text) const {
  Sha256Digest digest;
  std::size_t size = 0;
  EVP_MAC_CTX* const context = HmacContext(key);
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
  const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
  Require(EVP_MAC_update(context, bytes, text.size()) == 1 &&
          EVP_MAC_final(context, digest.data(), &size, digest.size()) == 1);
  return digest;
}

bool OpensslHasher::Equal(const Sha256Digest& a, const Sha256Digest& b) const {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::optional<std::array<std::uint8_t, 32>> RandomBytes() {
  std::array<std::uint8_t, 32> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return std::nullopt;
  return bytes;
}

}  // namespace gateway
