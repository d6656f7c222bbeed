// Base64 with padding (RFC 4648, section 4), as in HTTP's Basic credentials. Pure; any thread.
#ifndef GATEWAY_INFRA_CRYPTO_BASE64_H_
#define GATEWAY_INFRA_CRYPTO_BASE64_H_

#include <string>

namespace gateway {

std::string EncodeBase64(const std::string& bytes);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_BASE64_H_
