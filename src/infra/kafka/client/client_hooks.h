// The state that librdkafka's callbacks use, through the configuration's opaque pointer. Owned by
// Gateway; must outlive the clients. Any thread, most of them librdkafka's.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_HOOKS_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_HOOKS_H_

#include <librdkafka/rdkafka.h>

#include <atomic>

#include "infra/kafka/oauth/token_provider.h"

namespace gateway {

struct ClientHooks {
  // X509_V_ERR_... of the last certificate that was not accepted; 0: none yet. librdkafka's own
  // text is the same for every reason.
  std::atomic<int> x509_error{0};
  TokenProvider* tokens = nullptr;  // null unless Kafka:Sasl:Mechanism is OAUTHBEARER
};

// Installs callbacks in `conf` that use `hooks`.
void InstallHooks(rd_kafka_conf_t* conf, ClientHooks* hooks);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_HOOKS_H_
