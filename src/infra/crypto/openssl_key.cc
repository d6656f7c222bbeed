#include "infra/crypto/openssl_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

using Algorithm = SignatureAlgorithm;

template <auto kFree>
struct Freed {
  template <typename T>
  void operator()(T* what) const {
    kFree(what);
  }
};
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Freed<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Freed<OSSL_PARAM_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Freed<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

// Clears OpenSSL's error queue of this thread: a TLS connection would take the errors for its own.
class ErrorsDropped final {
 public:
  ErrorsDropped() = default;
  ErrorsDropped(const ErrorsDropped&) = delete;
  ErrorsDropped& operator=(const ErrorsDropped&) = delete;
  ~ErrorsDropped() { ERR_clear_error(); }
};

const unsigned char* Bytes(std::string_view text) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): OpenSSL's bytes are unsigned
  return reinterpret_cast<const unsigned char*>(text.data());
}

Number NumberOf(std::string_view bytes) {
  return Number(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null if OpenSSL rejects the parameters as a public key.
Key KeyFrom(const char* type, const Builder& builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* made = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  Key key(made);
  const KeyContext check(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  if (!check || EVP_PKEY_public_check(check.get()) != 1) return nullptr;
  return key;
}

const EVP_MD* DigestOf(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256:
    case Algorithm::kPs256:
    case Algorithm::kEs256:
      return EVP_sha256();
    case Algorithm::kRs384:
    case Algorithm::kPs384:
    case Algorithm::kEs384:
      return EVP_sha384();
    case Algorithm::kRs512:
    case Algorithm::kPs512:
    case Algorithm::kEs512:
      return EVP_sha512();
    case Algorithm::kEdDsa:
      return nullptr;  // its own
  }
  return nullptr;
}

constexpr bool IsPss(Algorithm algorithm) {
  return SignatureAlgorithms{Algorithm::kPs256, Algorithm::kPs384, Algorithm::kPs512}.Has(
      algorithm);
}

// Converts `raw`, two numbers of equal length, to the DER form that OpenSSL needs; empty if that
// fails.
std::vector<unsigned char> DerOf(std::string_view raw) {
  const EcSignature signature(ECDSA_SIG_new());
  Number r = NumberOf(raw.substr(0, raw.size() / 2));
  Number s = NumberOf(raw.substr(raw.size() / 2));
  if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the signature owns them
  static_cast<void>(s.release());
  const int size = i2d_ECDSA_SIG(signature.get(), nullptr);
  if (size <= 0) return {};
  std::vector<unsigned char> der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  i2d_ECDSA_SIG(signature.get(), &end);
  return der;
}

class OpensslKey final : public PublicKey {
 public:
  // `number_bytes`: the length of each number if a signature consists of two; else 0.
  OpensslKey(Key key, SignatureAlgorithms algorithms, std::size_t number_bytes)
      : key_(std::move(key)), algorithms_(algorithms), number_bytes_(number_bytes) {}

  SignatureAlgorithms algorithms() const override { return algorithms_; }

  bool Verify(Algorithm algorithm, std::string_view text,
              std::string_view signature) const override {
    if (!algorithms_.Has(algorithm)) return false;
    const ErrorsDropped errors;
    if (number_bytes_ == 0) return VerifyBytes(algorithm, text, Bytes(signature), signature.size());
    if (signature.size() != 2 * number_bytes_) return false;
    const std::vector<unsigned char> der = DerOf(signature);
    return !der.empty() && VerifyBytes(algorithm, text, der.data(), der.size());
  }

 private:
  bool VerifyBytes(Algorithm algorithm, std::string_view text, const unsigned char* signature,
                   std::size_t size) const {
    const DigestContext context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* parameters = nullptr;  // owned by `context`
    if (!context || EVP_DigestVerifyInit(context.get(), &parameters, DigestOf(algorithm), nullptr,
                                         key_.get()) != 1) {
      return false;
    }
    if (IsPss(algorithm) &&
        (EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) != 1)) {
      return false;
    }
    return EVP_DigestVerify(context.get(), signature, size, Bytes(text), text.size()) == 1;
  }

  const Key key_;
  const SignatureAlgorithms algorithms_;
  const std::size_t number_bytes_;
};

struct Curve {
  std::string_view name;
  const char* openssl_name;
  std::size_t number_bytes;
  Algorithm algorithm;
};
constexpr std::array<Curve, 3> kCurves{{
    {"P-256", "prime256v1", 32, Algorithm::kEs256},
    {"P-384", "secp384r1", 48, Algorithm::kEs384},
    {"P-521", "secp521r1", 66, Algorithm::kEs512},
}};

}  // namespace

PublicKeyPtr MakeRsaKey(std::string_view modulus, std::string_view exponent) {
  constexpr int kMinBits = 2'048;
  constexpr int kMaxBits = 8'192;
  constexpr std::size_t kMaxExponentBytes = 8;  // a larger one would slow down each check
  const ErrorsDropped errors;
  if (modulus.size() > kMaxBits / 8 || exponent.size() > kMaxExponentBytes) return nullptr;
  const Number n = NumberOf(modulus);
  const Number e = NumberOf(exponent);
  if (!n || !e || BN_num_bits(n.get()) < kMinBits || BN_is_odd(n.get()) == 0 ||
      BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1) {
    return nullptr;
  }
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  Key key = KeyFrom("RSA", builder);
  if (!key) return nullptr;
  constexpr SignatureAlgorithms kAlgorithms{Algorithm::kRs256, Algorithm::kRs384,
                                            Algorithm::kRs512, Algorithm::kPs256,
                                            Algorithm::kPs384, Algorithm::kPs512};
  return std::make_shared<OpensslKey>(std::move(key), kAlgorithms, 0);
}

PublicKeyPtr MakeEcKey(std::string_view curve, std::string_view x, std::string_view y) {
  const ErrorsDropped errors;
  const auto* const found = std::find_if(kCurves.begin(), kCurves.end(),
                                         [curve](const Curve& one) { return one.name == curve; });
  if (found == kCurves.end() || x.size() != found->number_bytes ||
      y.size() != found->number_bytes) {
    return nullptr;
  }
  constexpr char kUncompressed = 4;  // SEC 1, 2.3.3
  const std::string point = kUncompressed + std::string(x) + std::string(y);
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      found->openssl_name, 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  Key key = KeyFrom("EC", builder);
  if (!key) return nullptr;
  return std::make_shared<OpensslKey>(std::move(key), SignatureAlgorithms{found->algorithm},
                                      found->number_bytes);
}

PublicKeyPtr MakeEd25519Key(std::string_view bytes) {
  const ErrorsDropped errors;
  Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(bytes), bytes.size()));
  if (!key) return nullptr;
  return std::make_shared<OpensslKey>(std::move(key), SignatureAlgorithms{Algorithm::kEdDsa}, 0);
}

}  // namespace gateway
