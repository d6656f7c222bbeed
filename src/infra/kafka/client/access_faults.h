// Recognizes from librdkafka's error events that the cluster does not let the gateway in: by the
// code, the text, and whether a broker has been up before. Pure functions; any thread.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_ACCESS_FAULTS_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_ACCESS_FAULTS_H_

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>
#include <string_view>

#include "infra/config/settings.h"
#include "infra/kafka/types/access_fault.h"

namespace gateway {

// How the gateway tries to connect.
struct AccessAttempt {
  std::string protocol;          // "sasl_ssl"
  std::string mechanism;         // "PLAIN"; meaningless without a sasl_ protocol
  bool has_certificate = false;  // the gateway has one
  bool scram_fails_with_kafka_4 = false;
};
AccessAttempt AccessAttemptOf(const Settings::Kafka& kafka, int librdkafka_version);

// Further evidence at the time of an error event.
struct AccessEvidence {
  int x509_error = 0;  // ClientHooks::x509_error
  // A broker has been up with this configuration. Then a connection that ends early means that a
  // broker is stopping, not that it speaks another protocol.
  bool was_up = false;
};

// The fault that an error event of librdkafka shows; absent if the brokers may just be down.
std::optional<AccessFault> AccessFaultOf(rd_kafka_resp_err_t code, std::string_view text,
                                         const AccessAttempt& attempt,
                                         const AccessEvidence& evidence);

// The fault behind a fatal CLUSTER_AUTHORIZATION_FAILED: no broker gives the producer an id.
AccessFault ClusterDenied(std::string_view text);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_ACCESS_FAULTS_H_
