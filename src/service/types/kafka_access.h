// Whether the cluster lets the gateway in, and if not, which part of the operator's configuration
// is at fault. Plain values.
#ifndef GATEWAY_SERVICE_TYPES_KAFKA_ACCESS_H_
#define GATEWAY_SERVICE_TYPES_KAFKA_ACCESS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gateway {

enum class KafkaAccess : std::uint8_t {
  kOk,  // nothing known to be wrong; a broker may be down all the same
  kCredentialsRefused,
  kMechanismRefused,  // the brokers do not offer Kafka:Sasl:Mechanism
  kTrustFailed,       // the gateway does not accept a broker's certificate
  kClientCertificateRefused,
  kProtocolMismatch,  // the listener does not speak Kafka:Security:Protocol
  kTokenUnavailable,  // no OAUTHBEARER token to log in with
  kClusterDenied,     // logged in, but no right to write any topic, so no producer id
};

// The names of /health and of kafka_gateway_kafka_access{state}, in the order of the enum.
inline constexpr std::array<std::string_view, 8> kKafkaAccessNames = {"Ok",
                                                                      "CredentialsRefused",
                                                                      "MechanismRefused",
                                                                      "TrustFailed",
                                                                      "ClientCertificateRefused",
                                                                      "ProtocolMismatch",
                                                                      "TokenUnavailable",
                                                                      "ClusterDenied"};

constexpr std::string_view NameOf(KafkaAccess access) {
  return kKafkaAccessNames[static_cast<std::size_t>(access)];
}

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_KAFKA_ACCESS_H_
