// The PublicKey port on OpenSSL: RSA keys (2048 to 8192 bits), ECDSA keys (P-256, P-384, P-521) and
// Ed25519 keys. Immutable; any thread.
#ifndef GATEWAY_INFRA_CRYPTO_OPENSSL_KEY_H_
#define GATEWAY_INFRA_CRYPTO_OPENSSL_KEY_H_

#include <memory>
#include <string_view>

#include "service/ports/public_key.h"

namespace gateway {

using PublicKeyPtr = std::shared_ptr<const PublicKey>;

// Numbers are big-endian, as in a JWK (RFC 7518, 6). Null if they do not form a key, or a weak one.
PublicKeyPtr MakeRsaKey(std::string_view modulus, std::string_view exponent);
// `curve`: P-256, P-384 or P-521. Null unless the coordinates have exactly its length and the point
// is on it.
PublicKeyPtr MakeEcKey(std::string_view curve, std::string_view x, std::string_view y);
PublicKeyPtr MakeEd25519Key(std::string_view bytes);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_OPENSSL_KEY_H_
