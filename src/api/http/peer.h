// The client at the other end of a connection: its address and, with TLS, the results of the
// handshake. Created when the connection is accepted, completed by the handshake, constant from the
// first request on.
#ifndef GATEWAY_API_HTTP_PEER_H_
#define GATEWAY_API_HTTP_PEER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "service/types/client_certificate.h"

namespace gateway::http {

// The results of a TLS handshake.
struct TlsPeer {
  std::string protocol;  // "TLSv1.3"
  // Verified; null if the client has presented none.
  std::shared_ptr<ClientCertificate> certificate;
};

struct Peer {
  std::string address;  // IPv4 or IPv6, in text; an IPv4 address that is mapped to IPv6 as IPv4
  std::uint16_t port = 0;
  std::optional<TlsPeer> tls;  // absent without TLS
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_PEER_H_
