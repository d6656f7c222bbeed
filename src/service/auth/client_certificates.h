// Whom a client certificate proves, by the rules of the access file (ClientCertificates). TLS, or a
// trusted proxy, has verified the certificate; here only its names count. Immutable; any thread.
#ifndef GATEWAY_SERVICE_AUTH_CLIENT_CERTIFICATES_H_
#define GATEWAY_SERVICE_AUTH_CLIENT_CERTIFICATES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/types/client_certificate.h"

namespace gateway {

enum class CertificateField : std::uint8_t { kSanUri, kSanDns, kSubject, kCommonName };

// In `match`, each `*` stands for one or more characters, but not for those that separate the parts
// of the name: "/" in a URI, "." in a DNS name, ",", "+" and the escape "\" in a subject. So `*` is
// always one part, whatever a certificate says. A `match` of "*" alone stands for every name. In
// `principal`, $1 is what the first `*` stands for, and $0 the whole name.
struct CertificateRule {
  CertificateField from = CertificateField::kSubject;
  std::string match;
  std::string principal;
};

// What each `*` of a legal `match` stands for, or nothing if the name is another.
std::optional<std::vector<std::string_view>> MatchCertificateName(CertificateField field,
                                                                  std::string_view match,
                                                                  std::string_view name);
// Not empty, and without two `*` next to each other.
bool IsLegalCertificateMatch(std::string_view match);
// True if every $ in it is followed by a digit that `match` gives a meaning.
bool IsLegalCertificatePrincipal(std::string_view principal, std::string_view match);

class ClientCertificates final {
 public:
  ClientCertificates() = default;  // certificates prove nobody
  explicit ClientCertificates(std::vector<CertificateRule> rules) : rules_(std::move(rules)) {}

  // By the first rule that fits one of the names; absent if none does, or if what comes out is no
  // legal name of a principal.
  std::optional<std::string> PrincipalOf(const CertificateNames& names) const;

  bool empty() const { return rules_.empty(); }

 private:
  std::vector<CertificateRule> rules_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_CLIENT_CERTIFICATES_H_
