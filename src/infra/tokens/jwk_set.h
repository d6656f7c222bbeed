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

// The set's public keys for signatures. Leaves out keys that the gateway cannot use, as the RFC
// requires: keys of other types, for other uses or algorithms, weak keys and private keys. The
// error says why there is no set, in words that follow the name of the file or URL ("has no usable
// key").
Result<KeySetPtr, std::string> ParseJwkSet(std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_JWK_SET_H_
