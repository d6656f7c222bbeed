// Where this system keeps the certificates of the authorities that it trusts. libssl and libcurl
// look where the distribution that built them keeps these; a relocatable package brings its own
// libraries to systems that keep them elsewhere.
#ifndef GATEWAY_INFRA_CRYPTO_SYSTEM_AUTHORITIES_H_
#define GATEWAY_INFRA_CRYPTO_SYSTEM_AUTHORITIES_H_

#include <filesystem>
#include <string>

namespace gateway {

// The variable that names a PEM file with authorities: libssl reads it, and HttpClient.
inline constexpr char kAuthoritiesVariable[] = "SSL_CERT_FILE";

// The file of authorities where one of the usual distributions has it. "" if libssl finds them by
// itself, or nobody does. `root` is prepended to every path, for tests. Any thread; reads the disk.
std::string FindAuthorities(const std::filesystem::path& root = "/");

// Sets the variable to that file, unless this or SSL_CERT_DIR is set. Call it before any other
// thread starts.
void UseSystemAuthorities();

}  // namespace gateway

#endif  // GATEWAY_INFRA_CRYPTO_SYSTEM_AUTHORITIES_H_
