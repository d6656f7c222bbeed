// Reads a JWK set (RFC 7517, 5). Pure; any thread.
#ifndef GATEWAY_INFRA_TOKENS_JWK_SET_H_
#define GATEWAY_INFRA_TOKENS_JWK_SET_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "service/auth/tokens/key_set.h"
#include "service/types/result.h"

namespace gateway {

inline constexpr std::size_t kMaxJwkSetBytes = 65'536;

// Its public keys for signatures. Keys that the gateway cannot use are left out, as the RFC wants:
// of other types, for other uses or algorithms, weak ones, and private ones. Or why there is none,
// in words that follow the name of the file or URL ("has no usable key").
Result<KeySetPtr, std::string> ParseJwkSet(std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_JWK_SET_H_
