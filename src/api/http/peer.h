// Who is at the other end of a connection, as far as the connection itself knows. Made when a
// connection is accepted, completed by its TLS handshake, constant from its first request on.
#ifndef GATEWAY_API_HTTP_PEER_H_
#define GATEWAY_API_HTTP_PEER_H_

#include <cstdint>
#include <optional>
#include <string>

namespace gateway::http {

// What the TLS handshake has settled.
struct TlsPeer {
  std::string protocol;  // "TLSv1.3"
  // The subject of the client's certificate, which has been verified (RFC 4514:
  // "CN=orders,O=Example"); "" if none was asked for.
  std::string subject;
};

struct Peer {
  std::string address;  // IPv4 or IPv6, in text; an IPv4 address that is mapped to IPv6 as IPv4
  std::uint16_t port = 0;
  std::optional<TlsPeer> tls;  // absent without TLS
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_PEER_H_
