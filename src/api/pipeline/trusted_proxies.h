// Which proxies may say for whom they send (Access:TrustedProxies), and what they say: the address
// of the client (Forwarded, RFC 7239; X-Forwarded-For) and its certificate
// (X-Forwarded-Client-Cert, as Envoy sends it). From anybody else these fields mean nothing.
// Immutable; any thread.
#ifndef GATEWAY_API_PIPELINE_TRUSTED_PROXIES_H_
#define GATEWAY_API_PIPELINE_TRUSTED_PROXIES_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/ip_address.h"
#include "api/http/message.h"
#include "service/auth/client_certificates.h"

namespace gateway {

class TrustedProxies final {
 public:
  TrustedProxies() = default;  // none
  // Addresses and networks; others are left out (the configuration is checked before).
  explicit TrustedProxies(const std::vector<std::string>& networks);

  bool Trust(std::string_view address) const;

  // The address from which the request came to the first trusted proxy: the right-most one that is
  // not trusted, because everything to the left of it may be made up. `peer` itself if it is not
  // trusted, if nothing legible is said, or if Forwarded and X-Forwarded-For do not agree: a proxy
  // that sets one of them passes on what a client says in the other.
  std::string ClientAddress(const http::RequestHead& head, const std::string& peer) const;

 private:
  std::string Walk(const std::vector<std::string>& hops, const std::string& peer) const;

  std::vector<http::IpNetwork> networks_;
};

// The names in the last element of X-Forwarded-Client-Cert, which the nearest proxy has added; null
// if there is no such field. Without a common name. What cannot be read is malformed.
std::optional<CertificateNames> ForwardedCertificate(const http::RequestHead& head);

// The address of a node as the fields have it: "192.0.2.1", "192.0.2.1:80", "[2001:db8::1]:80",
// "2001:db8::1"; absent if it is none, such as "unknown" or "_hidden".
std::optional<std::string> AddressOfNode(std::string_view node);

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_TRUSTED_PROXIES_H_
