// IP addresses and networks in text, as peers, configuration and header fields have them. Values;
// any thread.
#ifndef GATEWAY_API_HTTP_IP_ADDRESS_H_
#define GATEWAY_API_HTTP_IP_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gateway::http {

class IpAddress final {
 public:
  // "192.0.2.1", "2001:db8::1". An IPv4 address that is mapped to IPv6 is that IPv4 address. No
  // port, brackets or zone.
  static std::optional<IpAddress> Parse(std::string_view text);

  std::string ToText() const;
  bool is_v4() const { return v4_; }
  IpAddress First64Bits() const;  // the others are zero

  bool operator==(const IpAddress&) const = default;

 private:
  friend class IpNetwork;
  static constexpr unsigned kV4Start = 96;  // bits before an IPv4 address in `bytes_`

  std::array<std::uint8_t, 16> bytes_{};  // IPv4: mapped to IPv6 (RFC 4291, 2.5.5.2)
  bool v4_ = false;
};

// An address, or a network in CIDR notation (RFC 4632).
class IpNetwork final {
 public:
  // "192.0.2.1", "10.0.0.0/8", "2001:db8::/32". The bits after the prefix must be zero.
  static std::optional<IpNetwork> Parse(std::string_view text);

  bool Contains(const IpAddress& address) const;

 private:
  IpAddress first_;
  unsigned prefix_ = 0;  // bits of bytes_
};

// What one client of the Internet has for sure: the whole IPv4 address, or the first 64 bits of an
// IPv6 address, because it chooses the rest. What is no address stays as it is.
std::string ClientNetworkOf(std::string_view text);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_IP_ADDRESS_H_
