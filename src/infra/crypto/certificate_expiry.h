// When certificates expire, for metrics. Reads the file; any thread.
#ifndef GATEWAY_INFRA_CRYPTO_CERTIFICATE_EXPIRY_H_
#define GATEWAY_INFRA_CRYPTO_CERTIFICATE_EXPIRY_H_

#include <chrono>
#include <optional>
#include <string>

namespace gateway {

// The earliest expiry of the certificates in a PEM file; absent if the file has none or cannot be
// read.
std::optional<std::chrono::system_clock::time_point> EarliestExpiry(const std::string& pem_file);

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_CERTIFICATE_EXPIRY_H_
