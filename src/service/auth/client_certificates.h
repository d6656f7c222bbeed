// The principal that a client certificate proves, by the rules of the access file
// (ClientCertificates). TLS or a trusted proxy has verified the certificate; this class only looks
// at its names. Immutable; any thread.
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

// In `match`, each `*` stands for one or more characters, but not for the separators of the name's
// parts: "/" in a URI, "." in a DNS name, ",", "+" and the escape "\" in a subject. So each `*` is
// exactly one part, for any certificate. A `match` of "*" alone stands for every name. In
// `principal`, $1 is the part that the first `*` stands for, and $0 is the whole name.
struct CertificateRule {
  CertificateField from = CertificateField::kSubject;
  std::string match;
  std::string principal;
};

// The part that each `*` of a legal `match` stands for; absent if the name does not match.
std::optional<std::vector<std::string_view>> MatchCertificateName(CertificateField field,
                                                                  std::string_view match,
                                                                  std::string_view name);
// True if `match` is not empty and has at most 9 `*`, no two of them adjacent.
bool IsLegalCertificateMatch(std::string_view match);
// True if `principal` is not empty and every $ in it is followed by 0 or the number of a `*` in
// `match`.
bool IsLegalCertificatePrincipal(std::string_view principal, std::string_view match);

class ClientCertificates final {
 public:
  ClientCertificates() = default;  // certificates prove no principal
  explicit ClientCertificates(std::vector<CertificateRule> rules) : rules_(std::move(rules)) {}

  // The principal by the first rule that matches one of the names. Absent if no rule matches, or if
  // the result is not a legal name of a principal.
  std::optional<std::string> PrincipalOf(const CertificateNames& names) const;

  bool empty() const { return rules_.empty(); }

 private:
  std::vector<CertificateRule> rules_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_CLIENT_CERTIFICATES_H_
