// Makes librdkafka configurations from Settings::Kafka: one table says which property each key
// sets, and which properties are fixed and why. Kafka:Librdkafka passes any other property through,
// except those that would break a guarantee of the gateway or load code. Properties are compared by
// canonical name, so neither an alias ("linger.ms") nor the "topic." prefix evades these rules.
// Pure functions; no network, no threads.
#ifndef GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_CONFIG_H_
#define GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "infra/config/settings.h"
#include "infra/kafka/client/client_hooks.h"
#include "infra/kafka/client/handles.h"
#include "service/types/result.h"

namespace gateway {

struct KafkaConfInput {
  const Settings::Kafka& kafka;
  std::size_t max_record_bytes;  // Limits:MaxRecordBytes
  bool embedded = false;         // the brokers are the embedded one
  ClientHooks* hooks = nullptr;  // must outlive the clients
};

// One property that the gateway sets.
struct KafkaProperty {
  enum class Rule : std::uint8_t {
    kOwnKey,    // set by `key`; Kafka:Librdkafka may not set it
    kPromise,   // fixed, because a guarantee of the gateway depends on it; Kafka:Librdkafka may not
                // set it
    kSecurity,  // set by `key` if Kafka:Security:Protocol is set, and then Kafka:Librdkafka may not
    kTunable,   // a better default than librdkafka's; Kafka:Librdkafka may set it
  };
  Rule rule;
  std::string_view key;                         // "Kafka:LingerMs"; "" unless kOwnKey or kSecurity
  std::string_view property;                    // librdkafka's canonical name
  std::string (*value)(const KafkaConfInput&);  // "": leave librdkafka's default (kSecurity only)
  std::string_view reason;
};
std::span<const KafkaProperty> KafkaProperties();

// Whether a key of these settings sets the property, so that Kafka:Librdkafka may not.
bool HasOwnKey(const KafkaProperty& property, const Settings::Kafka& kafka);

// librdkafka's canonical name for `name`: aliases and the prefix "topic." are resolved.
std::string CanonicalProperty(std::string_view name);

// True if the value of this property must not be shown.
bool IsSecretProperty(std::string_view name);

// All errors of `kafka`, one sentence each ("Kafka:Librdkafka:xyz: what is wrong, what to do");
// empty if there are none. Files named by properties are not opened here.
std::vector<std::string> CheckKafkaConf(const Settings::Kafka& kafka);

// The error with which librdkafka would refuse to create a client: a file that it cannot use, or
// values that contradict each other. One sentence as above; absent if nothing is wrong. For some
// milliseconds, creates a client that connects to no broker. Call it if CheckKafkaConf found no
// errors.
std::optional<std::string> TryKafkaConf(const Settings::Kafka& kafka);

// The first rd_kafka_version() whose SCRAM works with Kafka 4: earlier ones repeat their nonce.
inline constexpr int kScramWithKafka4 = 0x020601ff;

// Settings that work, but not with every Kafka, or not as safely as it seems: one sentence each,
// for the log at start-up. `librdkafka_version` is rd_kafka_version().
std::vector<std::string> SecurityWarnings(const Settings::Kafka& kafka, int librdkafka_version);

// The purpose of a configuration: a client that produces, one that only requests metadata (no
// idempotence, no statistics, silent), or one that only shows whether librdkafka accepts the
// configuration (silent, and knows no broker to connect to).
enum class KafkaClientKind : std::uint8_t { kProducer, kLookup, kTrial };

// The configuration for rd_kafka_new, or the first error of CheckKafkaConf.
Result<RdConf, std::string> MakeKafkaConf(const KafkaConfInput& input, KafkaClientKind kind);

// Creates the client that `conf` describes, which connects in the background. The error is
// librdkafka's sentence.
Result<RdClient, std::string> MakeKafkaClient(RdConf conf);

// "name=value, name=value" of Kafka:Librdkafka, secrets as ***. "" if there are none.
std::string DescribePassThrough(const Settings::Kafka& kafka);

// How many records one batch of librdkafka may have: batch.num.messages of Kafka:Librdkafka, or its
// default. MakeKafkaConf checks the value.
std::size_t MaxBatchRecords(const Settings::Kafka& kafka);

// The version of the linked librdkafka: "2.0.2".
std::string LibrdkafkaVersion();

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_CLIENT_CLIENT_CONFIG_H_
