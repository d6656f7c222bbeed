#include "infra/config/table/contradictions.h"

namespace gateway::config {
namespace {

void FindInTls(const Settings::Http::Tls& tls, std::vector<Contradiction>* found) {
  constexpr std::string_view kCertificate = "Http:Tls:CertificateFile";
  constexpr std::string_view kKey = "Http:Tls:KeyFile";
  const auto lacks = [found](std::string_view key, std::string_view other) {
    found->push_back({key, other, "is set without " + std::string(other),
                      "both Http:Tls:CertificateFile and Http:Tls:KeyFile, or no TLS at all"});
  };
  const bool has_certificate = !tls.certificate_file.empty();
  const bool has_key = !tls.key_file.empty();
  if (has_certificate && !has_key) lacks(kCertificate, kKey);
  if (has_key && !has_certificate) lacks(kKey, kCertificate);
  if (!has_certificate && !has_key && !tls.client_ca_file.empty()) {
    lacks("Http:Tls:ClientCaFile", kCertificate);
  }
}

}  // namespace

std::vector<Contradiction> FindContradictions(const Settings& settings) {
  std::vector<Contradiction> found;
  const auto message_timeout = settings.kafka.message_timeout.count();
  const auto request_timeout = settings.limits.request_timeout.count();
  if (message_timeout >= request_timeout) {
    found.push_back({"Kafka:MessageTimeoutMs", "Limits:RequestTimeoutMs",
                     std::to_string(message_timeout) +
                         " is not less than Limits:RequestTimeoutMs (" +
                         std::to_string(request_timeout) +
                         "): requests would end before the outcome of their records is known",
                     "a Kafka:MessageTimeoutMs less than Limits:RequestTimeoutMs"});
  }
  if (settings.kafka.linger_ms >= static_cast<double>(message_timeout)) {
    found.push_back({"Kafka:LingerMs", "Kafka:MessageTimeoutMs",
                     "is not less than Kafka:MessageTimeoutMs (" + std::to_string(message_timeout) +
                         "): records would time out before they are sent",
                     "a Kafka:LingerMs less than Kafka:MessageTimeoutMs"});
  }
  FindInTls(settings.http.tls, &found);
  FindInKafkaSecurity(settings.kafka, &found);
  const Settings::Management& management = settings.management;
  if (management.port && *management.port != 0 && *management.port == settings.http.port &&
      (management.address.empty() || management.address == settings.http.address)) {
    found.push_back({"Management:Port", "Http:Port", "is the same as Http:Port",
                     "another port, or null to serve health and metrics on Http:Port"});
  }
  return found;
}

}  // namespace gateway::config
