// The effective configuration, typed. Field names are the keys of config/appsettings.json; each
// default is defined here, and a test compares it with that file and with the schema. Plain values:
// created once at start-up, then read by any thread.
#ifndef GATEWAY_INFRA_CONFIG_SETTINGS_H_
#define GATEWAY_INFRA_CONFIG_SETTINGS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "service/ports/logger.h"

namespace gateway {

enum class KafkaProfile : std::uint8_t { kBalanced, kHighThroughput, kLowLatency };
enum class KafkaProtocol : std::uint8_t { kPlaintext, kSsl, kSaslPlaintext, kSaslSsl };
enum class SaslMechanism : std::uint8_t { kPlain, kScramSha256, kScramSha512, kOauthbearer };
enum class LogFormat : std::uint8_t { kJson, kText };
enum class ClientCertificateMode : std::uint8_t { kRequired, kOptional };
enum class AccessLogMode : std::uint8_t { kProblems, kAll, kOff };

struct Settings {
  // The files that secrets were read from (file:/path), by key: "Kafka:Sasl:Password".
  std::map<std::string, std::string> secret_files;

  struct Http {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  // 0: any free port
    int threads = 0;            // 0: one per core
    std::size_t max_connections = 20'000;
    std::size_t max_connections_per_address = 0;  // 0: no limit
    std::size_t max_target_bytes = 8'192;
    std::size_t max_head_bytes = 16'384;
    std::size_t max_headers = 100;
    std::size_t max_body_bytes = 10'485'760;
    std::size_t max_decompressed_bytes = 33'554'432;
    std::chrono::milliseconds tls_handshake_timeout{10'000};
    std::size_t min_body_bytes_per_second = 1'024;
    std::chrono::milliseconds head_timeout{10'000};
    std::chrono::milliseconds body_timeout{30'000};
    std::chrono::milliseconds idle_timeout{75'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds max_connection_age{0};  // 0: no limit
    struct Tls {
      std::string certificate_file;  // "": no TLS
      std::string key_file;
      std::string client_ca_file;  // "": no certificate is requested
      ClientCertificateMode client_certificates = ClientCertificateMode::kRequired;
    } tls;
    struct Cors {
      std::vector<std::string> allowed_origins;
    } cors;
  } http;

  struct Management {
    std::string address;                // empty: http.address
    std::optional<std::uint16_t> port;  // absent: health and metrics stay on http.port
  } management;

  struct Kafka {
    std::string bootstrap_servers = "localhost:9092";  // "embedded": the in-process broker
    std::string client_id = "kafka-gateway";
    KafkaProfile profile = KafkaProfile::kBalanced;
    std::string acks = "all";        // nothing else is accepted
    bool enable_idempotence = true;  // nothing else is accepted
    std::string compression_type = "snappy";
    double linger_ms = 0;  // measured, see docs/adr/0003
    std::int64_t batch_size = 1'000'000;
    std::int64_t retries = 2'147'483'647;
    std::chrono::milliseconds message_timeout{25'000};
    std::int64_t queue_max_messages = 500'000;
    std::int64_t queue_max_bytes = 268'435'456;
    std::int64_t producers = 0;  // librdkafka clients; 0: the gateway chooses
    std::chrono::milliseconds metadata_refresh{60'000};
    std::map<std::string, std::string> librdkafka;  // pass-through, by librdkafka's own names
    struct Security {
      std::optional<KafkaProtocol> protocol;  // absent: plaintext, or as `librdkafka` says
    } security;
    struct Tls {
      std::string ca_file;           // "": the authorities that the system trusts
      std::string certificate_file;  // "": no client certificate
      std::string key_file;
      std::string key_password;
      bool verify_hostname = true;
    } tls;
    struct Sasl {
      std::optional<SaslMechanism> mechanism;  // absent: the gateway does not log in
      std::string username;
      std::string password;
    } sasl;
    struct OAuth {  // of OAUTHBEARER, by client credentials
      std::string token_endpoint;
      std::string client_id;
      std::string client_secret;
      std::string scope;    // "": none is asked for
      std::string ca_file;  // "": the authorities that the system trusts
      bool allow_http = false;
    } oauth;
  } kafka;

  struct Limits {
    std::size_t max_batch_records = 10'000;
    std::size_t max_record_bytes = 1'000'000;
    std::size_t max_headers = 64;
    std::string min_timestamp = "2000-01-01T00:00:00Z";  // RFC 3339
    std::size_t max_in_flight_requests = 20'000;
    std::size_t max_in_flight_bytes = 268'435'456;
    std::chrono::milliseconds request_timeout{30'000};
  } limits;

  struct Records {
    std::vector<std::string> headers_from_request;
  } records;

  struct Topics {
    std::vector<std::string> allow = {"*"};
    std::vector<std::string> deny;
  } topics;

  struct Access {
    std::string file;  // "": callers are not authenticated
    bool allow_plaintext_passwords = false;
    std::vector<std::string> open = {"/health*", "/api/kafka/health", "/problems*"};
    std::vector<std::string> trusted_proxies;      // addresses and networks
    std::int64_t failed_attempts_per_minute = 20;  // 0: no limit
  } access;

  struct Health {
    std::chrono::milliseconds kafka_down_grace{0};
  } health;

  struct Logging {
    LogLevel level = LogLevel::kInformation;
    LogFormat format = LogFormat::kJson;
    AccessLogMode access = AccessLogMode::kProblems;
    std::int64_t access_sample = 1'000;
    std::chrono::milliseconds slow_request{1'000};
  } logging;

  struct Tracing {
    bool enabled = false;  // OTEL_... variables configure the rest
  } tracing;

  struct Process {
    bool batch_scheduling = true;
  } process;

  struct Shutdown {
    std::chrono::milliseconds grace{0};
    std::chrono::milliseconds drain_timeout{25'000};
  } shutdown;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_CONFIG_SETTINGS_H_
