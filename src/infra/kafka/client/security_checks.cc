// The checks of a configuration that need no broker.
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "infra/config/sources/read_file.h"
#include "infra/http_client/http_client.h"
#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/conf_value.h"

namespace gateway {
namespace {

constexpr std::string_view kScramNeedsNewer =
    "This librdkafka cannot log in to Kafka 4 or later with SCRAM: brokers answer as if the "
    "password were wrong (fixed in librdkafka 2.6.1). Use PLAIN over TLS or a client certificate, "
    "or a newer librdkafka; with Kafka 3 SCRAM works.";

// The first file that cannot be read: librdkafka would only report OpenSSL's number.
std::string UnreadableFile(const Settings::Kafka& kafka) {
  const Settings::Kafka::Tls& tls = kafka.tls;
  using Key = std::pair<std::string_view, const std::string&>;
  constexpr std::size_t kMaxBytes = 16'777'216;
  for (const auto& [key, path] :
       {Key{"Kafka:Tls:CaFile", tls.ca_file},
        Key{"Kafka:Tls:CertificateFile", tls.certificate_file},
        Key{"Kafka:Tls:KeyFile", tls.key_file}, Key{"Kafka:OAuth:CaFile", kafka.oauth.ca_file}}) {
    if (path.empty()) continue;
    const config::FileText file = config::ReadFile(path, kMaxBytes);
    if (!file.fault.empty()) return std::string(key) + ": the file " + path + " " + file.fault;
  }
  return "";
}

// librdkafka's complaint, after the key of the property that it names.
std::string AtItsKey(const std::string& complaint, const Settings::Kafka& kafka) {
  for (const KafkaProperty& property : KafkaProperties()) {
    if (!HasOwnKey(property, kafka)) continue;
    if (complaint.find(property.property) == std::string::npos) continue;
    return std::string(property.key) + ": librdkafka cannot use it: " + complaint;
  }
  return "Kafka:Librdkafka: librdkafka cannot start: " + complaint;
}

}  // namespace

std::optional<std::string> TryKafkaConf(const Settings::Kafka& kafka) {
  std::string unreadable = UnreadableFile(kafka);
  if (!unreadable.empty()) return unreadable;
  if (kafka.sasl.mechanism == SaslMechanism::kOauthbearer) {
    const std::string wrong = WhyNotUrl(kafka.oauth.token_endpoint, kafka.oauth.allow_http);
    if (!wrong.empty()) return "Kafka:OAuth:TokenEndpoint: " + wrong;
  }
  Result<RdConf, std::string> conf = MakeKafkaConf({kafka, 0}, KafkaClientKind::kTrial);
  if (!conf.ok()) return std::move(conf).error();
  const Result<RdClient, std::string> client = MakeKafkaClient(std::move(conf).value());
  if (client.ok()) return std::nullopt;
  return AtItsKey(client.error(), kafka);
}

std::vector<std::string> SecurityWarnings(const Settings::Kafka& kafka, int librdkafka_version) {
  std::vector<std::string> warnings;
  const Result<RdConf, std::string> made = MakeKafkaConf({kafka, 0}, KafkaClientKind::kTrial);
  if (!made.ok()) return warnings;
  const rd_kafka_conf_t* const conf = made.value().get();
  const std::string protocol = ConfValue(conf, "security.protocol");
  const bool logs_in = protocol.starts_with("sasl_");
  const std::string mechanism = ConfValue(conf, "sasl.mechanisms");
  if (logs_in && mechanism.starts_with("SCRAM") && librdkafka_version < kScramWithKafka4) {
    warnings.push_back(std::string(kScramNeedsNewer));
  }
  if (protocol == "sasl_plaintext") {
    warnings.emplace_back(
        "The gateway logs in to Kafka without TLS: everybody who sees the traffic can use its "
        "credentials. Set Kafka:Security:Protocol to sasl_ssl.");
  }
  if (protocol.ends_with("ssl") &&
      ConfValue(conf, "ssl.endpoint.identification.algorithm") == "none") {
    warnings.emplace_back(
        "The names in the brokers' certificates are not verified: every holder of a certificate "
        "of the authority can pose as a broker. Set Kafka:Tls:VerifyHostname to true.");
  }
  return warnings;
}

}  // namespace gateway
