// User name and password with which librdkafka clients log in to Kafka (Kafka:Sasl). A value.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_SASL_CREDENTIALS_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_SASL_CREDENTIALS_H_

#include <librdkafka/rdkafka.h>

#include <string>

#include "infra/config/settings.h"

namespace gateway {

struct SaslCredentials {
  std::string username;  // empty: they log in in another way, or not at all
  std::string password;
};

inline SaslCredentials SaslCredentialsOf(const Settings::Kafka& kafka) {
  return {kafka.sasl.username, kafka.sasl.password};
}

// Connections that `client` makes from now on log in with these. Open ones stay. Any thread; does
// not block.
inline void SetCredentials(rd_kafka_t* client, const SaslCredentials& credentials) {
  if (credentials.username.empty()) return;
  rd_kafka_error_destroy(rd_kafka_sasl_set_credentials(client, credentials.username.c_str(),
                                                       credentials.password.c_str()));
}

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_SASL_CREDENTIALS_H_
