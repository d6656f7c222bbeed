// Tokens that are really signed, and the keys that sign them, made on the spot.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_SIGNED_TOKENS_H_
#define GATEWAY_TESTS_SUPPORT_CPP_SIGNED_TOKENS_H_

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "service/types/base64url.h"

namespace gateway::testing {

class SigningKey final {
 public:
  static SigningKey Rsa(unsigned bits = 2'048) { return SigningKey(EVP_RSA_gen(bits)); }
  static SigningKey Ec(const char* curve = "P-256") { return SigningKey(EVP_EC_gen(curve)); }
  static SigningKey Ed25519() { return SigningKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")); }

  // The public key, as a member of "keys".
  nlohmann::json Jwk(const std::string& id) const {
    nlohmann::json jwk = {{"kid", id}, {"use", "sig"}};
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
      jwk.update({{"kty", "RSA"},
                  {"n", Number(OSSL_PKEY_PARAM_RSA_N)},
                  {"e", Number(OSSL_PKEY_PARAM_RSA_E)}});
    } else if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
      const int size = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
      jwk.update({{"kty", "EC"},
                  {"crv", "P-" + std::to_string(EVP_PKEY_get_bits(key_.get()))},
                  {"x", Number(OSSL_PKEY_PARAM_EC_PUB_X, size)},
                  {"y", Number(OSSL_PKEY_PARAM_EC_PUB_Y, size)}});
    } else {
      std::string bytes(32, '\0');
      std::size_t size = bytes.size();
      EVP_PKEY_get_raw_public_key(key_.get(), Bytes(&bytes), &size);
      jwk.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", EncodeBase64Url(bytes)}});
    }
    return jwk;
  }

  // As the algorithm of that name in JOSE does; `salt_bytes` is for PSS.
  std::string Sign(std::string_view algorithm, std::string_view text,
                   int salt_bytes = RSA_PSS_SALTLEN_DIGEST) const {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          &EVP_MD_CTX_free);
    EVP_PKEY_CTX* parameters = nullptr;
    const EVP_MD* const digest = algorithm.ends_with("256")   ? EVP_sha256()
                                 : algorithm.ends_with("384") ? EVP_sha384()
                                 : algorithm.ends_with("512") ? EVP_sha512()
                                                              : nullptr;
    EXPECT_EQ(EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key_.get()), 1);
    if (algorithm.starts_with("PS")) {
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING);
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, salt_bytes);
    }
    std::string signature(1'024, '\0');
    std::size_t size = signature.size();
    EXPECT_EQ(EVP_DigestSign(context.get(), Bytes(&signature), &size,
                             reinterpret_cast<const unsigned char*>(text.data()),  // NOLINT
                             text.size()),
              1);
    signature.resize(size);
    return algorithm.starts_with("ES") ? Raw(signature) : signature;
  }

  std::string PublicPem() const {
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), &BIO_free);
    PEM_write_bio_PUBKEY(bio.get(), key_.get());
    char* text = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
  }

 private:
  explicit SigningKey(EVP_PKEY* key) : key_(key, &EVP_PKEY_free) { EXPECT_NE(key, nullptr); }
  static unsigned char* Bytes(std::string* text) {
    return reinterpret_cast<unsigned char*>(text->data());  // NOLINT
  }
  static std::string BytesOf(const BIGNUM* number, int size) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(number, Bytes(&bytes), size);
    return bytes;
  }
  std::string Number(const char* name, int size = 0) const {
    BIGNUM* number = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &number), 1);
    const std::string bytes = BytesOf(number, size == 0 ? BN_num_bytes(number) : size);
    BN_free(number);
    return EncodeBase64Url(bytes);
  }
  // The two numbers of a DER signature, one after the other.
  std::string Raw(const std::string& der) const {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());  // NOLINT
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> numbers(
        d2i_ECDSA_SIG(nullptr, &at, static_cast<int>(der.size())), &ECDSA_SIG_free);
    const int size = (EVP_PKEY_get_bits(key_.get()) + 7) / 8;
    return BytesOf(ECDSA_SIG_get0_r(numbers.get()), size) +
           BytesOf(ECDSA_SIG_get0_s(numbers.get()), size);
  }

  std::shared_ptr<EVP_PKEY> key_;
};

// Of a number in base64url.
inline std::string PowerOf(const std::string& number, BN_ULONG exponent) {
  const auto bytes = DecodeBase64Url(number).value();
  const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), &BN_CTX_free);
  using Number = std::unique_ptr<BIGNUM, decltype(&BN_free)>;
  const Number base(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),  // NOLINT
                              static_cast<int>(bytes.size()), nullptr),
                    &BN_free);
  const Number power(BN_new(), &BN_free);
  const Number result(BN_new(), &BN_free);
  BN_set_word(power.get(), exponent);
  EXPECT_EQ(BN_exp(result.get(), base.get(), power.get(), context.get()), 1);
  std::string made(static_cast<std::size_t>(BN_num_bytes(result.get())), '\0');
  BN_bn2bin(result.get(), reinterpret_cast<unsigned char*>(made.data()));  // NOLINT
  return EncodeBase64Url(made);
}

inline std::string JwkSet(const std::vector<nlohmann::json>& keys) {
  return nlohmann::json{{"keys", keys}}.dump();
}

// Header and claims as they are given, signed by `key` as `algorithm` does.
inline std::string SignedText(const SigningKey& key, std::string_view algorithm,
                              std::string_view header, std::string_view claims) {
  const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
  return text + "." + EncodeBase64Url(key.Sign(algorithm, text));
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_SIGNED_TOKENS_H_
