#include "infra/metrics/state_metrics.h"

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "infra/metrics/families.h"

namespace gateway {
namespace {

double Seconds(std::chrono::milliseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

prometheus::MetricFamily AccessFamily(KafkaAccess now) {
  prometheus::MetricFamily family = MakeFamily(
      prometheus::MetricType::Gauge, "kafka_gateway_kafka_access",
      "1 for what is wrong with the access to the cluster (Ok: nothing is known to be), else 0.");
  for (const std::string_view name : kKafkaAccessNames) {
    AddGauge(family, {{"state", std::string(name)}}, name == NameOf(now) ? 1 : 0);
  }
  return family;
}

// Of the certificates for Kafka; nullopt if there are none.
std::optional<prometheus::MetricFamily> KafkaExpiryFamily(const GatewayState& now) {
  if (!now.kafka_certificate_expires && !now.kafka_authority_expires) return std::nullopt;
  prometheus::MetricFamily family = MakeFamily(
      prometheus::MetricType::Gauge, "kafka_gateway_kafka_certificate_expiry_timestamp_seconds",
      "When the gateway's certificate for Kafka (client) and the first of the authorities that it "
      "trusts (authority) expire, in seconds since 1970 (UTC).");
  const auto add = [&family](const char* use, const auto& when) {
    if (!when) return;
    AddGauge(family, {{"use", use}},
             std::chrono::duration<double>(when->time_since_epoch()).count());
  };
  add("client", now.kafka_certificate_expires);
  add("authority", now.kafka_authority_expires);
  return family;
}

void AddIssuerKeys(const std::vector<IssuerKeyStatus>& issuers,
                   std::vector<prometheus::MetricFamily>* families) {
  if (issuers.empty()) return;
  using prometheus::MetricType;
  auto keys = MakeFamily(MetricType::Gauge, "kafka_gateway_issuer_keys",
                         "Fetched keys of an issuer of tokens that are in effect; with 0, its "
                         "tokens get a 503.");
  auto age = MakeFamily(MetricType::Gauge, "kafka_gateway_issuer_keys_age_seconds",
                        "Seconds since the keys of an issuer were last fetched; absent before the "
                        "first time.");
  auto failures = MakeFamily(MetricType::Counter, "kafka_gateway_issuer_key_fetch_failures_total",
                             "Fetches of the keys of an issuer that failed.");
  for (const IssuerKeyStatus& issuer : issuers) {
    const MetricLabels labels = {{"issuer", issuer.issuer}};
    AddGauge(keys, labels, static_cast<double>(issuer.keys));
    if (issuer.age) AddGauge(age, labels, Seconds(*issuer.age));
    AddCounter(failures, labels, static_cast<double>(issuer.failures));
  }
  families->push_back(std::move(keys));
  if (!age.metric.empty()) families->push_back(std::move(age));
  families->push_back(std::move(failures));
}

double Count(std::size_t number) { return static_cast<double>(number); }

}  // namespace

std::vector<prometheus::MetricFamily> StateMetrics::Collect() const {
  const GatewayState now = state_ ? state_() : GatewayState();
  std::vector<prometheus::MetricFamily> families;
  const auto gauge = [&families](const char* name, const char* help, double value) {
    families.push_back(GaugeFamily(name, help, value));
  };
  gauge("kafka_gateway_ready", "1 while the gateway is ready for traffic (/health/ready), else 0.",
        now.ready ? 1 : 0);
  gauge("kafka_gateway_brokers_up", "Brokers that the producer is connected to.",
        now.kafka.brokers_up);
  gauge("kafka_gateway_brokers_known", "Brokers known to be in the cluster.",
        now.kafka.brokers_known);
  gauge("kafka_gateway_producer_clients",
        "Kafka clients that produce, at most Kafka:Producers; 0 while they are being replaced.",
        now.kafka.clients);
  families.push_back(AccessFamily(now.kafka.access));
  families.push_back(CounterFamily("kafka_gateway_producer_replacements_total",
                                   "Producer instances replaced after a fatal error.",
                                   static_cast<double>(now.kafka.instance_swaps)));
  gauge("kafka_gateway_last_delivery_timestamp_seconds",
        "When Kafka last confirmed a record, in seconds since 1970 (UTC); 0: never.",
        static_cast<double>(now.last_delivery.value_or(0)) / 1e3);
  gauge("kafka_gateway_oldest_record_age_seconds",
        "Age of the oldest record whose outcome is not known yet, queued or in flight; 0 if there "
        "is none.",
        Seconds(now.kafka.oldest_record.value_or(std::chrono::milliseconds(0))));
  gauge("kafka_gateway_admitted_requests", "Requests that count towards the limit.",
        Count(now.admitted_requests));
  gauge("kafka_gateway_admitted_requests_limit", "Limits:MaxInFlightRequests.",
        Count(limits_.max_in_flight_requests));
  gauge("kafka_gateway_admitted_bytes", "Bytes that count towards the limit.",
        Count(now.admitted_bytes));
  gauge("kafka_gateway_admitted_bytes_limit", "Limits:MaxInFlightBytes.",
        Count(limits_.max_in_flight_bytes));
  gauge("kafka_gateway_connections_limit", "Http:MaxConnections.", Count(limits_.max_connections));
  gauge("kafka_gateway_request_timeout_seconds", "Limits:RequestTimeoutMs.",
        Seconds(limits_.request_timeout));
  gauge("kafka_gateway_message_timeout_seconds", "Kafka:MessageTimeoutMs.",
        Seconds(limits_.message_timeout));
  if (now.access_file_stale) {
    gauge("kafka_gateway_access_file_stale",
          "1 while the access file has errors and an earlier version is in effect, else 0.",
          *now.access_file_stale ? 1 : 0);
  }
  AddIssuerKeys(now.issuer_keys, &families);
  if (now.kafka_secrets_stale) {
    gauge("kafka_gateway_kafka_secrets_stale",
          "1 while a file with a secret or a certificate for Kafka has changed and cannot be used, "
          "else 0.",
          *now.kafka_secrets_stale ? 1 : 0);
  }
  if (auto expiry = KafkaExpiryFamily(now)) families.push_back(*std::move(expiry));
  if (now.certificate_expires) {
    gauge("kafka_gateway_tls_certificate_expiry_timestamp_seconds",
          "When the server's certificate expires, in seconds since 1970 (UTC).",
          std::chrono::duration<double>(now.certificate_expires->time_since_epoch()).count());
  }
  return families;
}

}  // namespace gateway
