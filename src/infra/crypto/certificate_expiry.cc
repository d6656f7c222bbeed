#include "infra/crypto/certificate_expiry.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <ctime>
#include <memory>

namespace gateway {

std::optional<std::chrono::system_clock::time_point> EarliestExpiry(const std::string& pem_file) {
  std::optional<std::chrono::system_clock::time_point> earliest;
  const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(pem_file.c_str(), "r"),
                                                       &BIO_free);
  while (file) {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!certificate) break;
    std::tm end{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) continue;
    const auto expires = std::chrono::system_clock::from_time_t(timegm(&end));
    if (!earliest || expires < *earliest) earliest = expires;
  }
  ERR_clear_error();  // the end of the file is an error
  return earliest;
}

}  // namespace gateway
