// The algorithms that may sign a token (RFC 7518, RFC 8037), by their names in JOSE. HS* and none
// do not exist here, so nothing can be made to accept them. Values; any thread.
#ifndef GATEWAY_SERVICE_TYPES_SIGNATURE_ALGORITHM_H_
#define GATEWAY_SERVICE_TYPES_SIGNATURE_ALGORITHM_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace gateway {

enum class SignatureAlgorithm : std::uint8_t {
  kRs256,  // RSASSA-PKCS1-v1_5 with SHA-256
  kRs384,
  kRs512,
  kPs256,  // RSASSA-PSS with SHA-256, and a salt of the same length
  kPs384,
  kPs512,
  kEs256,  // ECDSA with P-256 and SHA-256
  kEs384,  // P-384
  kEs512,  // P-521
  kEdDsa,  // Ed25519
};
inline constexpr std::string_view kSignatureAlgorithmNames =
    "RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA";

// Nothing if the gateway does not know it.
std::optional<SignatureAlgorithm> SignatureAlgorithmOf(std::string_view name);

class SignatureAlgorithms final {
 public:
  constexpr SignatureAlgorithms(std::initializer_list<SignatureAlgorithm> algorithms) {
    for (const SignatureAlgorithm algorithm : algorithms) Add(algorithm);
  }
  constexpr void Add(SignatureAlgorithm algorithm) { bits_ |= BitOf(algorithm); }
  constexpr bool Has(SignatureAlgorithm algorithm) const { return (bits_ & BitOf(algorithm)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  bool operator==(const SignatureAlgorithms&) const = default;

 private:
  static constexpr std::uint32_t BitOf(SignatureAlgorithm algorithm) {
    return 1U << static_cast<unsigned>(algorithm);
  }
  std::uint32_t bits_ = 0;
};

// What an issuer may use unless its entry says otherwise.
inline constexpr SignatureAlgorithms kDefaultSignatureAlgorithms{
    SignatureAlgorithm::kRs256, SignatureAlgorithm::kPs256, SignatureAlgorithm::kEs256,
    SignatureAlgorithm::kEdDsa};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_SIGNATURE_ALGORITHM_H_
