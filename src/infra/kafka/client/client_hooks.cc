#include "infra/kafka/client/client_hooks.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

#include "infra/kafka/client/conf_value.h"

namespace gateway {
namespace {

// Accepts what OpenSSL and librdkafka's check of the name accept; called for each certificate of
// the chain, on the thread of the broker's connection.
int OnCertificate(rd_kafka_t* /*client*/, const char* /*broker*/, std::int32_t /*broker_id*/,
                  int* x509_error, int depth, const char* /*der*/, std::size_t /*size*/, char* text,
                  std::size_t text_size, void* opaque) {
  if (*x509_error == 0) return 1;
  static_cast<ClientHooks*>(opaque)->x509_error.store(*x509_error);
  std::snprintf(text, text_size, "X.509 error %d at depth %d", *x509_error, depth);
  return 0;
}

}  // namespace

void InstallHooks(rd_kafka_conf_t* conf, ClientHooks* hooks) {
  rd_kafka_conf_set_opaque(conf, hooks);
  const bool verifies = ConfValue(conf, "security.protocol").ends_with("ssl") &&
                        ConfValue(conf, "enable.ssl.certificate.verification") == "true";
  if (verifies) rd_kafka_conf_set_ssl_cert_verify_cb(conf, OnCertificate);
}

}  // namespace gateway
