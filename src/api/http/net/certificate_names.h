// Reads the names in a certificate (RFC 5280, 4.1.2.6 and 4.2.1.6). Its issuer has been
// verified; the names may still be anything. Pure; any thread.
#ifndef GATEWAY_API_HTTP_NET_CERTIFICATE_NAMES_H_
#define GATEWAY_API_HTTP_NET_CERTIFICATE_NAMES_H_

#include "service/types/client_certificate.h"

struct x509_st;  // OpenSSL's X509

namespace gateway::http {

// A name with a NUL, with bytes that its type does not have, or in an extension that cannot be read
// makes all of them malformed: programs that end a text at a NUL would read another name.
CertificateNames NamesIn(const x509_st* certificate);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CERTIFICATE_NAMES_H_
