#include "infra/kafka/client/client_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

namespace gateway {
namespace {

using Rule = KafkaProperty::Rule;

std::string Text(double number) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return std::string(buffer.data(), end.ptr);
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
    KafkaProperty{Rule::kTunable, "", "log.connection.close",
                  [](const KafkaConfInput&) { return std::string("false"); },
                  "Brokers close idle connections; readiness reports real failures."},
};

// Alias, canonical name. A test compares them with librdkafka's own.
constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kAliases = {{
    {"bootstrap.servers", "metadata.broker.list"},
    {"max.in.flight", "max.in.flight.requests.per.connection"},
    {"sasl.mechanism", "sasl.mechanisms"},
    {"max.partition.fetch.bytes", "fetch.message.max.bytes"},
    {"linger.ms", "queue.buffering.max.ms"},
    {"retries", "message.send.max.retries"},
    {"compression.type", "compression.codec"},
    {"acks", "request.required.acks"},
    {"delivery.timeout.ms", "message.timeout.ms"},
    {"enable.auto.commit", "auto.commit.enable"},
    {"sasl.oauthbearer.client.credentials.client.id", "sasl.oauthbearer.client.id"},
    {"sasl.oauthbearer.client.credentials.client.secret", "sasl.oauthbearer.client.secret"},
}};

struct Refused {
  std::string_view property;  // canonical; one that ends in '*' is a prefix
  std::string_view why;
};

constexpr std::string_view kLoadsCode = "it would make the gateway load or run foreign code";
constexpr std::string_view kForPrograms = "it is for programs that embed librdkafka";

constexpr std::array kRefused = {
    Refused{"delivery.report.only.error", "a record without a report would never be answered"},
    Refused{"queuing.strategy", "records of one partition must stay in order"},
    Refused{"max.in.flight.requests.per.connection",
            "the idempotent producer sets it; a higher value would reorder records"},
    Refused{"enable.gapless.guarantee",
            "one caller's bad record would stop the producer for all callers"},
    Refused{"queue.buffering.backpressure.threshold", "the idempotent producer needs it to be 1"},
    Refused{"transactional.id", "the gateway does not write in transactions"},
    Refused{"transaction.timeout.ms", "the gateway does not write in transactions"},
    Refused{"partitioner_cb", kForPrograms},
    Refused{"test.mock.*", "use Kafka:BootstrapServers=embedded to try the gateway without Kafka"},
    Refused{"ut_*", "it is for librdkafka's own tests"},
    Refused{"internal.termination.signal", "signals belong to the gateway"},
    Refused{"enabled_events", kForPrograms},
    Refused{"opaque", kForPrograms},
    Refused{"interceptors", kForPrograms},
    Refused{"default_topic_conf", kForPrograms},
    Refused{"msg_order_cmp", kForPrograms},
    Refused{"ssl_*", kForPrograms},
    Refused{"enable_sasl_queue", kForPrograms},
    Refused{"plugin.library.paths", kLoadsCode},
    Refused{"ssl.engine.location", kLoadsCode},
    Refused{"ssl.engine.id", kLoadsCode},
    Refused{"ssl.providers", kLoadsCode},
    Refused{"sasl.kerberos.kinit.cmd", kLoadsCode},
};

bool Matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

// Why Kafka:Librdkafka may not set `name`, and what to do instead; "" if it may.
std::string WhyRefused(std::string_view name) {
  const std::string canonical = CanonicalProperty(name);
  for (const KafkaProperty& property : kProperties) {
    if (property.property != canonical) continue;
    if (property.rule == Rule::kOwnKey) {
      return "it has its own key: set " + std::string(property.key) + " instead.";
    }
    if (property.rule == Rule::kPromise) {
      return "it is fixed. " + std::string(property.reason) + " Remove it.";
    }
  }
  for (const Refused& refused : kRefused) {
    if (Matches(refused.property, canonical)) {
      return "it is not accepted: " + std::string(refused.why) + ". Remove it.";
    }
  }
  if (canonical.ends_with("_cb")) {
    return "it is not accepted: " + std::string(kForPrograms) + ". Remove it.";
  }
  return "";
}

std::string ValueFor(const KafkaProperty& property, const KafkaConfInput& input,
                     KafkaClientKind kind) {
  if (kind == KafkaClientKind::kLookup) {
    if (property.property == "enable.idempotence") return "false";  // it would request an id
    if (property.property == "statistics.interval.ms") return "0";
    if (property.property == "log.queue") return "false";  // no thread would serve it
    if (property.property == "enable.sparse.connections") return "true";  // any broker will do
  }
  return property.value(input);
}

// Sets one property. Returns "", or librdkafka's error.
std::string Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  switch (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), text.data(), text.size())) {
    case RD_KAFKA_CONF_OK:
      return "";
    case RD_KAFKA_CONF_UNKNOWN:
      return std::string("librdkafka ") + rd_kafka_version_str() +
             " has no such property. Check the spelling; its CONFIGURATION.md lists all "
             "properties.";
    case RD_KAFKA_CONF_INVALID:
      break;
  }
  return "librdkafka rejects the value: " + std::string(text.data()) + ".";
}

double Number(rd_kafka_conf_t* conf, const char* name) {
  std::array<char, 64> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf, name, text.data(), &size) != RD_KAFKA_CONF_OK) return 0;
  return std::strtod(text.data(), nullptr);
}

// Combinations that rd_kafka_new would reject although each value is valid.
void CheckTogether(rd_kafka_conf_t* conf, std::vector<std::string>* problems) {
  if (Number(conf, "reconnect.backoff.max.ms") < Number(conf, "reconnect.backoff.ms")) {
    problems->push_back(
        "Kafka:Librdkafka:reconnect.backoff.max.ms: it is below reconnect.backoff.ms. Raise it.");
  }
}

// Applies everything to `conf` and returns all errors.
std::vector<std::string> Apply(const KafkaConfInput& input, KafkaClientKind kind,
                               rd_kafka_conf_t* conf) {
  std::vector<std::string> problems;
  if (input.kafka.acks != "all") {
    problems.push_back("Kafka:Acks: \"" + input.kafka.acks +
                       "\" is not accepted, only \"all\" is: an answer of 200 means stored on "
                       "every in-sync replica.");
  }
  if (!input.kafka.enable_idempotence) {
    problems.push_back(
        "Kafka:EnableIdempotence: only true is accepted: without it a retry inside the producer "
        "can duplicate and reorder records.");
  }
  if (input.kafka.message_timeout.count() <= 0) {
    problems.push_back(
        "Kafka:MessageTimeoutMs: it must be at least 1: a record must not wait forever.");
  }
  for (const KafkaProperty& property : kProperties) {
    if (property.property == "request.required.acks" && input.kafka.acks != "all") continue;
    const std::string wrong =
        Set(conf, std::string(property.property), ValueFor(property, input, kind));
    if (!wrong.empty()) {
      problems.push_back(std::string(property.key.empty() ? property.property : property.key) +
                         ": " + wrong);
    }
  }
  for (const auto& [name, value] : input.kafka.librdkafka) {
    std::string wrong = WhyRefused(name);
    if (wrong.empty()) wrong = Set(conf, name, value);
    if (!wrong.empty()) problems.push_back("Kafka:Librdkafka:" + name + ": " + wrong);
  }
  CheckTogether(conf, &problems);
  return problems;
}

}  // namespace

std::span<const KafkaProperty> KafkaProperties() { return kProperties; }

std::string CanonicalProperty(std::string_view name) {
  // librdkafka drops the prefix "topic." once when no global property has the full name.
  if (name.starts_with("topic.") && !name.starts_with("topic.metadata.") &&
      name != "topic.blacklist") {
    name.remove_prefix(6);
  }
  for (const auto& [alias, canonical] : kAliases) {
    if (alias == name) return std::string(canonical);
  }
  return std::string(name);
}

bool IsSecretProperty(std::string_view name) {
  constexpr std::array<std::string_view, 5> kParts = {"password", "secret", ".pem",
                                                      "oauthbearer.config", "sasl.username"};
  return std::any_of(kParts.begin(), kParts.end(), [name](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  });
}

std::vector<std::string> CheckKafkaConf(const Settings::Kafka& kafka) {
  const RdConf conf(rd_kafka_conf_new());
  return Apply({kafka, 0}, KafkaClientKind::kProducer, conf.get());
}

Result<RdConf, std::string> MakeKafkaConf(const KafkaConfInput& input, KafkaClientKind kind) {
  RdConf conf(rd_kafka_conf_new());
  std::vector<std::string> problems = Apply(input, kind, conf.get());
  if (!problems.empty()) return std::move(problems.front());
  if (kind == KafkaClientKind::kLookup) {
    rd_kafka_conf_set_log_cb(conf.get(), nullptr);  // the producing client logs the same
  } else {
    rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_ERROR |
                                             RD_KAFKA_EVENT_STATS | RD_KAFKA_EVENT_LOG);
  }
  return conf;
}

Result<RdClient, std::string> MakeKafkaClient(RdConf conf) {
  std::array<char, 512> text{};
  RdClient client(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), text.data(), text.size()));
  if (client == nullptr) return std::string(text.data());
  (void)conf.release();  // the client owns it now
  return client;
}

std::string DescribePassThrough(const Settings::Kafka& kafka) {
  std::string text;
  for (const auto& [name, value] : kafka.librdkafka) {
    if (!text.empty()) text += ", ";
    text += name + "=" + (IsSecretProperty(name) ? "***" : value);
  }
  return text;
}

std::string LibrdkafkaVersion() { return rd_kafka_version_str(); }

}  // namespace gateway
