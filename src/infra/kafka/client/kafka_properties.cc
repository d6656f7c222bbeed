// The table of client_config.h.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>

#include "infra/kafka/client/client_config.h"

namespace gateway {
namespace {

using Rule = KafkaProperty::Rule;

std::string Text(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return std::string(buffer.data(), end.ptr);
}

std::string ProtocolName(const Settings::Kafka& kafka) {
  switch (kafka.security.protocol.value_or(KafkaProtocol::kPlaintext)) {
    case KafkaProtocol::kPlaintext:
      return "plaintext";
    case KafkaProtocol::kSsl:
      return "ssl";
    case KafkaProtocol::kSaslPlaintext:
      return "sasl_plaintext";
    case KafkaProtocol::kSaslSsl:
      return "sasl_ssl";
  }
  return "";
}

std::string MechanismName(const Settings::Kafka& kafka) {
  if (!kafka.sasl.mechanism) return "";
  switch (*kafka.sasl.mechanism) {
    case SaslMechanism::kPlain:
      return "PLAIN";
    case SaslMechanism::kScramSha256:
      return "SCRAM-SHA-256";
    case SaslMechanism::kScramSha512:
      return "SCRAM-SHA-512";
    case SaslMechanism::kOauthbearer:
      return "OAUTHBEARER";
  }
  return "";
}

// Room for a record's overhead: lengths, offsets, the header of the batch.
constexpr std::size_t kRecordOverhead = 4'096;

constexpr std::array kProperties = {
    KafkaProperty{Rule::kOwnKey, "Kafka:BootstrapServers", "metadata.broker.list",
                  [](const KafkaConfInput& in) { return in.kafka.bootstrap_servers; }, ""},
    KafkaProperty{Rule::kOwnKey, "Kafka:ClientId", "client.id",
                  [](const KafkaConfInput& in) { return in.kafka.client_id; }, ""},
    KafkaProperty{Rule::kOwnKey, "Kafka:EnableIdempotence", "enable.idempotence",
                  [](const KafkaConfInput& in) {
                    return std::string(in.kafka.enable_idempotence ? "true" : "false");
                  },
                  "Retries inside the producer neither duplicate nor reorder."},
    KafkaProperty{Rule::kOwnKey, "Kafka:Acks", "request.required.acks",
                  [](const KafkaConfInput& in) { return in.kafka.acks; },
                  "A 200 means stored on every in-sync replica."},
    KafkaProperty{Rule::kOwnKey, "Kafka:CompressionType", "compression.codec",
                  [](const KafkaConfInput& in) { return in.kafka.compression_type; }, ""},
    KafkaProperty{Rule::kOwnKey, "Kafka:LingerMs", "queue.buffering.max.ms",
                  [](const KafkaConfInput& in) { return Text(in.kafka.linger_ms); }, ""},
    KafkaProperty{Rule::kOwnKey, "Kafka:BatchSize", "batch.size",
                  [](const KafkaConfInput& in) { return std::to_string(in.kafka.batch_size); }, ""},
    KafkaProperty{Rule::kOwnKey, "Kafka:Retries", "message.send.max.retries",
                  [](const KafkaConfInput& in) { return std::to_string(in.kafka.retries); }, ""},
    KafkaProperty{
        Rule::kOwnKey, "Kafka:QueueMaxMessages", "queue.buffering.max.messages",
        [](const KafkaConfInput& in) { return std::to_string(in.kafka.queue_max_messages); }, ""},
    KafkaProperty{
        Rule::kOwnKey, "Kafka:QueueMaxBytes", "queue.buffering.max.kbytes",
        [](const KafkaConfInput& in) {
          return std::to_string((in.kafka.queue_max_bytes + 1023) / 1024);
        },
        "Counts the bytes of values only; the gateway's own budget (Limits) counts all bytes."},
    KafkaProperty{
        Rule::kOwnKey, "Kafka:MetadataRefreshMs", "topic.metadata.refresh.interval.ms",
        [](const KafkaConfInput& in) { return std::to_string(in.kafka.metadata_refresh.count()); },
        ""},
    KafkaProperty{Rule::kOwnKey, "Limits:MaxRecordBytes", "message.max.bytes",
                  [](const KafkaConfInput& in) {
                    return std::to_string(
                        std::max<std::size_t>(in.max_record_bytes + kRecordOverhead, 1'000'000));
                  },
                  "A record that the gateway accepts must not fail for its size in librdkafka."},

    KafkaProperty{Rule::kSecurity, "Kafka:Security:Protocol", "security.protocol",
                  [](const KafkaConfInput& in) { return ProtocolName(in.kafka); }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Tls:CaFile", "ssl.ca.location",
                  [](const KafkaConfInput& in) { return in.kafka.tls.ca_file; }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Tls:CertificateFile", "ssl.certificate.location",
                  [](const KafkaConfInput& in) { return in.kafka.tls.certificate_file; }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Tls:KeyFile", "ssl.key.location",
                  [](const KafkaConfInput& in) { return in.kafka.tls.key_file; }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Tls:KeyPassword", "ssl.key.password",
                  [](const KafkaConfInput& in) { return in.kafka.tls.key_password; }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Tls:VerifyHostname",
                  "ssl.endpoint.identification.algorithm",
                  [](const KafkaConfInput& in) {
                    return std::string(in.kafka.tls.verify_hostname ? "https" : "none");
                  },
                  ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Sasl:Mechanism", "sasl.mechanisms",
                  [](const KafkaConfInput& in) { return MechanismName(in.kafka); }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Sasl:Username", "sasl.username",
                  [](const KafkaConfInput& in) { return in.kafka.sasl.username; }, ""},
    KafkaProperty{Rule::kSecurity, "Kafka:Sasl:Password", "sasl.password",
                  [](const KafkaConfInput& in) { return in.kafka.sasl.password; }, ""},

    KafkaProperty{Rule::kPromise, "", "message.timeout.ms",
                  [](const KafkaConfInput&) { return std::string("0"); },
                  "After a timeout librdkafka begins a new epoch and sends records in flight again "
                  "as new ones: duplicates. The gateway keeps the deadlines."},
    KafkaProperty{Rule::kPromise, "", "partitioner",
                  [](const KafkaConfInput&) { return std::string("murmur2_random"); },
                  "The gateway chooses partitions itself, by the same rule."},
    KafkaProperty{
        Rule::kPromise, "", "allow.auto.create.topics",
        [](const KafkaConfInput& in) { return std::string(in.embedded ? "true" : "false"); },
        "The gateway never creates a topic; a producer's default is true. The embedded broker "
        "creates topics on demand, in later versions of librdkafka only with this property."},
    KafkaProperty{Rule::kPromise, "", "statistics.interval.ms",
                  [](const KafkaConfInput&) { return std::string("250"); },
                  "The statistics decide readiness, and when a broker has recovered."},
    KafkaProperty{Rule::kPromise, "", "log.queue",
                  [](const KafkaConfInput&) { return std::string("true"); },
                  "Log lines arrive as events, on the gateway's thread instead of librdkafka's."},

    KafkaProperty{Rule::kPromise, "", "enable.sparse.connections",
                  [](const KafkaConfInput&) { return std::string("false"); },
                  "Whether a leader is up must be known before a record is sent to it."},

    KafkaProperty{Rule::kTunable, "", "socket.nagle.disable",
                  [](const KafkaConfInput&) { return std::string("true"); },
                  "Nagle's algorithm costs up to 40 ms per request."},
    KafkaProperty{Rule::kTunable, "", "socket.keepalive.enable",
                  [](const KafkaConfInput&) { return std::string("true"); },
                  "A broker that vanished silently is detected on idle connections, too."},
    KafkaProperty{Rule::kTunable, "", "socket.timeout.ms",
                  [](const KafkaConfInput&) { return std::string("10000"); },
                  "A stuck request is abandoned and retried while its records still have time."},
    KafkaProperty{Rule::kTunable, "", "request.timeout.ms",
                  [](const KafkaConfInput&) { return std::string("10000"); },
                  "Maximum time that a broker waits for its replicas."},
    KafkaProperty{Rule::kTunable, "", "sticky.partitioning.linger.ms",
                  [](const KafkaConfInput&) { return std::string("10"); },
                  "Keyless records share a batch. The default is twice linger.ms, that is 0."},
    KafkaProperty{Rule::kTunable, "", "retry.backoff.ms",
                  [](const KafkaConfInput&) { return std::string("50"); },
                  "Every retriable error costs exactly this time; the default is 100."},
    KafkaProperty{Rule::kTunable, "", "reconnect.backoff.ms",
                  [](const KafkaConfInput&) { return std::string("50"); },
                  "The first attempt after a disconnect is made soon."},
    KafkaProperty{Rule::kTunable, "", "reconnect.backoff.max.ms",
                  [](const KafkaConfInput&) { return std::string("1000"); },
                  "A recovered broker is used within a second; the default is 10 s."},
    KafkaProperty{Rule::kTunable, "", "topic.metadata.propagation.max.ms",
                  [](const KafkaConfInput&) { return std::string("1000"); },
                  "Records for a deleted topic fail after this time; the default is 30 s."},
};

}  // namespace

std::span<const KafkaProperty> KafkaProperties() { return kProperties; }

bool HasOwnKey(const KafkaProperty& property, const Settings::Kafka& kafka) {
  return property.rule == Rule::kOwnKey ||
         (property.rule == Rule::kSecurity && kafka.security.protocol);
}

}  // namespace gateway
