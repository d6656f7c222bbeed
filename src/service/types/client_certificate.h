// A client's certificate, as TLS or a trusted proxy has verified it. Plain data.
#ifndef GATEWAY_SERVICE_TYPES_CLIENT_CERTIFICATE_H_
#define GATEWAY_SERVICE_TYPES_CLIENT_CERTIFICATE_H_

#include <memory>
#include <string>
#include <vector>

namespace gateway {

// The names in a certificate, in UTF-8.
struct CertificateNames {
  std::string subject;      // as in RFC 4514: "CN=orders,O=Example"; "": none
  std::string common_name;  // of the subject; "": none, or several
  std::vector<std::string> uris;
  std::vector<std::string> dns_names;  // in lower case
  // A name has a NUL, or cannot be read: the certificate proves nobody.
  bool malformed = false;

  bool operator==(const CertificateNames&) const = default;
};

class AccessPolicy;
struct Caller;

// A client's verified certificate, for as long as its connection, and the caller that `policy`, the
// last one that was asked, finds in it (null: none). Only the connection's I/O thread uses it.
struct ClientCertificate {
  CertificateNames names;
  std::weak_ptr<const AccessPolicy> policy = {};
  std::shared_ptr<const Caller> caller = nullptr;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_CLIENT_CERTIFICATE_H_
