#include "infra/crypto/system_authorities.h"

#include <openssl/x509.h>

#include <cstdlib>
#include <initializer_list>
#include <string_view>
#include <system_error>

namespace gateway {
namespace {

namespace fs = std::filesystem;

// Go's crypto/x509 has the same (root_linux.go).
constexpr std::string_view kUsualFiles[] = {
    "etc/ssl/certs/ca-certificates.crt",                 // Debian, Ubuntu, Arch, Gentoo
    "etc/pki/tls/certs/ca-bundle.crt",                   // Fedora, RHEL
    "etc/ssl/ca-bundle.pem",                             // SUSE
    "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL without the older names
    "etc/ssl/cert.pem",                                  // Alpine, BSD
};

// A file, or a folder with something in it.
bool HasContent(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error) && !fs::is_empty(path, error) && !error;
}

}  // namespace

std::string FindAuthorities(const fs::path& root) {
  for (const char* own : {X509_get_default_cert_file(), X509_get_default_cert_dir()}) {
    if (HasContent(root / fs::path(own).relative_path())) return {};
  }
  for (const std::string_view usual : kUsualFiles) {
    fs::path file = root / usual;
    if (HasContent(file)) return file.string();
  }
  return {};
}

void UseSystemAuthorities() {
  for (const char* variable : {kAuthoritiesVariable, X509_get_default_cert_dir_env()}) {
    if (std::getenv(variable) != nullptr) return;  // NOLINT(concurrency-mt-unsafe)
  }
  const std::string file = FindAuthorities();
  if (!file.empty())
    setenv(kAuthoritiesVariable, file.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace gateway
