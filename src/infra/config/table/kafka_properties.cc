// The rows of the section Kafka.
#include <string_view>
#include <vector>

#include "infra/config/table/property_binding.h"
#include "infra/config/table/property_rows.h"

namespace gateway::config {
namespace {

using S = Settings;

constexpr std::string_view kStoredEverywhere =
    "a 200 means that the record is stored on every in-sync replica";

template <auto kField>
Property Kafka(std::string_view path, std::string_view unit, std::string_view sentence) {
  return Bind<&S::kafka, kField>(path, unit, sentence);
}
void AddProducer(std::vector<Property>* rows) {
  using K = S::Kafka;
  const std::vector<Property> kafka = {
      Text(Kafka<&K::bootstrap_servers>(
               "Kafka:BootstrapServers", "",
               "Brokers to connect to first, as host:port,host:port. The word embedded starts a "
               "broker inside the process, for experiments: it keeps nothing."),
           TextRule::kServers),
      Text(Kafka<&K::client_id>("Kafka:ClientId", "",
                                "Name of the gateway in the brokers' logs, metrics and quotas."),
           TextRule::kNotEmpty),
      Kafka<&K::profile>("Kafka:Profile", "",
                         "Preset values for Kafka keys, which every source after this file can "
                         "override: balanced keeps the defaults, high-throughput trades a little "
                         "latency for fuller batches, low-latency spends more bytes to answer "
                         "sooner."),
      Choice(Kafka<&K::acks>("Kafka:Acks", "", "Replicas that must acknowledge a record."), {"all"},
             kStoredEverywhere),
      Choice(Kafka<&K::enable_idempotence>("Kafka:EnableIdempotence", "",
                                           "Whether the producer is idempotent, so that retries "
                                           "neither duplicate nor reorder records."),
             {"true"}, "without it a retry inside the gateway could store a record twice"),
      Choice(Kafka<&K::compression_type>("Kafka:CompressionType", "",
                                         "Compression of the batches sent to brokers."),
             {"none", "gzip", "snappy", "lz4", "zstd"}),
  };
  rows->insert(rows->end(), kafka.begin(), kafka.end());
}

void AddQueues(std::vector<Property>* rows) {
  using K = S::Kafka;
  const std::vector<Property> kafka = {
      Ranged(Kafka<&K::linger_ms>(
                 "Kafka:LingerMs", kMs,
                 "Maximum time that librdkafka waits for more records before it sends a batch."),
             0, 900'000),
      Ranged(
          Kafka<&K::batch_size>("Kafka:BatchSize", kBytes, "Maximum size of a batch of records."),
          1, kInt32Max),
      Ranged(Kafka<&K::retries>("Kafka:Retries", "attempts",
                                "Maximum number of retries of a batch before its records fail."),
             1, kInt32Max),
      Ranged(
          Kafka<&K::message_timeout>("Kafka:MessageTimeoutMs", kMs,
                                     "Maximum time that a record may wait in the gateway's queue "
                                     "for a broker. After that it fails, and is certainly not "
                                     "stored. Must be less than Limits:RequestTimeoutMs."),
          1, kHour),
      Ranged(Kafka<&K::queue_max_messages>(
                 "Kafka:QueueMaxMessages", "records",
                 "Maximum number of records queued in each librdkafka producer."),
             1, kInt32Max),
      Ranged(Kafka<&K::queue_max_bytes>("Kafka:QueueMaxBytes", kBytes,
                                        "Maximum bytes of records queued in each librdkafka "
                                        "producer, which counts in units of 1024."),
             1'024, kTebibyte),
      Ranged(
          Kafka<&K::producers>(
              "Kafka:Producers", "clients",
              "Maximum number of librdkafka producers; each connects to every broker. 0 lets the "
              "gateway choose. The first always exists. The gateway starts others if brokers take "
              "long to acknowledge or topics have many partitions, and closes them after five idle "
              "minutes. With 1 a broker gets one dispatch round at a time."),
          0, 16),
      Ranged(Kafka<&K::metadata_refresh>(
                 "Kafka:MetadataRefreshMs", kMs,
                 "Interval between requests to the brokers for topics and partitions."),
             10, kHour),
      Kafka<&K::librdkafka>(
          "Kafka:Librdkafka", "",
          "Further librdkafka properties by their own names, except those that have a key here. In "
          "environment variables write _ for each dot: Kafka__Librdkafka__socket_timeout_ms. "
          "Values of properties whose names indicate a secret are not shown, and may be given as "
          "file:/path."),
  };
  rows->insert(rows->end(), kafka.begin(), kafka.end());
}

template <auto kField>
Property KafkaTls(std::string_view path, std::string_view sentence) {
  return Bind<&S::kafka, &S::Kafka::tls, kField>(path, "", sentence);
}
template <auto kField>
Property Sasl(std::string_view path, std::string_view sentence) {
  return Bind<&S::kafka, &S::Kafka::sasl, kField>(path, "", sentence);
}

template <auto kField>
Property OAuth(std::string_view path, std::string_view sentence) {
  return Bind<&S::kafka, &S::Kafka::oauth, kField>(path, "", sentence);
}

void AddOAuth(std::vector<Property>* rows) {
  using O = S::Kafka::OAuth;
  const std::vector<Property> oauth = {
      OAuth<&O::token_endpoint>("Kafka:OAuth:TokenEndpoint",
                                "URL that issues tokens for client credentials (RFC 6749)."),
      OAuth<&O::client_id>("Kafka:OAuth:ClientId", "The gateway's name at the token endpoint."),
      Secret(OAuth<&O::client_secret>(
          "Kafka:OAuth:ClientSecret",
          "Secret of ClientId at the token endpoint, or file:/path of a file with it.")),
      OAuth<&O::scope>("Kafka:OAuth:Scope",
                       "Scopes to request, separated by spaces; empty means none."),
      OAuth<&O::ca_file>(
          "Kafka:OAuth:CaFile",
          "PEM file with the authorities that may have issued the certificate of the "
          "token endpoint; empty means those that the system trusts."),
      OAuth<&O::allow_http>(
          "Kafka:OAuth:AllowHttp",
          "Whether TokenEndpoint may be without TLS. Anyone who can read the traffic can "
          "then log in as the gateway."),
  };
  rows->insert(rows->end(), oauth.begin(), oauth.end());
}

void AddSecurity(std::vector<Property>* rows) {
  using T = S::Kafka::Tls;
  using A = S::Kafka::Sasl;
  const std::vector<Property> security = {
      Bind<&S::kafka, &S::Kafka::security, &S::Kafka::Security::protocol>(
          "Kafka:Security:Protocol", "",
          "How to connect to the brokers: ssl and sasl_ssl encrypt, sasl_ssl and sasl_plaintext "
          "log in. null means plaintext, or what Kafka:Librdkafka says."),
      KafkaTls<&T::ca_file>("Kafka:Tls:CaFile",
                            "PEM file with the authorities that may have issued the brokers' "
                            "certificates; empty means those that the system trusts."),
      KafkaTls<&T::certificate_file>(
          "Kafka:Tls:CertificateFile",
          "PEM file with the gateway's own certificate, for brokers that require one (mutual TLS), "
          "followed by the intermediate certificates."),
      KafkaTls<&T::key_file>("Kafka:Tls:KeyFile", "PEM file with the certificate's private key."),
      Secret(KafkaTls<&T::key_password>(
          "Kafka:Tls:KeyPassword",
          "Password of KeyFile if it is encrypted, or file:/path of a file with it.")),
      KafkaTls<&T::verify_hostname>(
          "Kafka:Tls:VerifyHostname",
          "Whether a broker's certificate must name the host that the gateway connects to. Without "
          "this check, any holder of a certificate of the authority can pose as a broker."),
      Sasl<&A::mechanism>(
          "Kafka:Sasl:Mechanism",
          "How to log in; null means not at all. SCRAM with Kafka 4 needs librdkafka 2.6.1."),
      Sasl<&A::username>("Kafka:Sasl:Username", "Name to log in with, for PLAIN and SCRAM."),
      Secret(Sasl<&A::password>(
          "Kafka:Sasl:Password",
          "Password to log in with, or file:/path of a file with it, for PLAIN and SCRAM.")),
  };
  rows->insert(rows->end(), security.begin(), security.end());
}

}  // namespace

void AddKafka(std::vector<Property>* rows) {
  AddProducer(rows);
  AddQueues(rows);
  AddSecurity(rows);
  AddOAuth(rows);
}

}  // namespace gateway::config
