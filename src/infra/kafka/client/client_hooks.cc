#include "infra/kafka/client/client_hooks.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "infra/kafka/client/conf_value.h"

namespace gateway {
namespace {

// Accepts the certificates that OpenSSL and librdkafka's check of the name accept. librdkafka calls
// this for each certificate of the chain, on the thread of the broker's connection.
int OnCertificate(rd_kafka_t* /*client*/, const char* /*broker*/, std::int32_t /*broker_id*/,
                  int* x509_error, int depth, const char* /*der*/, std::size_t /*size*/, char* text,
                  std::size_t text_size, void* opaque) {
  if (*x509_error == 0) return 1;
  static_cast<ClientHooks*>(opaque)->x509_error.store(*x509_error);
  std::snprintf(text, text_size, "X.509 error %d at depth %d", *x509_error, depth);
  return 0;
}

// Runs on the client's background thread, which may block. Always sets a token or a failure:
// without either, librdkafka would wait silently.
void OnTokenNeeded(rd_kafka_t* client, const char* /*config*/, void* opaque) {
  const auto token = static_cast<ClientHooks*>(opaque)->tokens->Token();
  if (!token.ok()) {
    rd_kafka_oauthbearer_set_token_failure(client, token.error().c_str());
    return;
  }
  std::array<char, 256> text{};
  // Brokers take the principal from the token.
  const rd_kafka_resp_err_t error =
      rd_kafka_oauthbearer_set_token(client, token.value().value.c_str(), token.value().expires_ms,
                                     "kafka-gateway", nullptr, 0, text.data(), text.size());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_oauthbearer_set_token_failure(client, text.data());
  }
}

}  // namespace

void InstallHooks(rd_kafka_conf_t* conf, ClientHooks* hooks) {
  rd_kafka_conf_set_opaque(conf, hooks);
  const bool verifies = ConfValue(conf, "security.protocol").ends_with("ssl") &&
                        ConfValue(conf, "enable.ssl.certificate.verification") == "true";
  if (hooks->tokens != nullptr) {
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, OnTokenNeeded);
    rd_kafka_conf_enable_sasl_queue(conf, 1);
  }
  if (verifies) rd_kafka_conf_set_ssl_cert_verify_cb(conf, OnCertificate);
}

}  // namespace gateway
