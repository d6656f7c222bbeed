#include "infra/kafka/client/client_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "infra/kafka/client/conf_value.h"

namespace gateway {
namespace {

using Rule = KafkaProperty::Rule;

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

constexpr std::string_view kNoKerberos =
    "GSSAPI (Kerberos) is not supported, because librdkafka runs a shell command for it";

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
    Refused{"sasl.kerberos.*", kNoKerberos},
    Refused{"enable.sasl.oauthbearer.unsecure.jwt",
            "a token without a signature lets everybody be anybody"},
};

bool Matches(std::string_view pattern, std::string_view name) {
  if (!pattern.ends_with('*')) return pattern == name;
  pattern.remove_suffix(1);
  return name.starts_with(pattern);
}

// Why Kafka:Librdkafka may not set `name`, and what to do instead; "" if it may.
std::string WhyRefused(std::string_view name, const Settings::Kafka& kafka) {
  const std::string canonical = CanonicalProperty(name);
  for (const KafkaProperty& property : KafkaProperties()) {
    if (property.property != canonical) continue;
    if (HasOwnKey(property, kafka)) {
      return "it has its own key: set " + std::string(property.key) + " instead.";
    }
    if (property.rule == Rule::kPromise) {
      return "it is fixed. " + std::string(property.reason) + " Remove it.";
    }
  }
  if (kafka.security.protocol && canonical.starts_with("sasl.oauthbearer.")) {
    return "Kafka:OAuth has keys for tokens. Set them instead.";
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
  if (kind != KafkaClientKind::kProducer) {
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

double Number(const rd_kafka_conf_t* conf, const char* name) {
  return std::strtod(ConfValue(conf, name).c_str(), nullptr);
}

// Combinations that rd_kafka_new would reject although each value is valid.
void CheckTogether(const rd_kafka_conf_t* conf, std::vector<std::string>* problems) {
  if (Number(conf, "reconnect.backoff.max.ms") < Number(conf, "reconnect.backoff.ms")) {
    problems->push_back(
        "Kafka:Librdkafka:reconnect.backoff.max.ms: it is below reconnect.backoff.ms. Raise it.");
  }
}

// Rejects SASL mechanisms that the gateway does not support. librdkafka's default is GSSAPI.
void CheckPassedMechanism(const Settings::Kafka& kafka, const rd_kafka_conf_t* conf,
                          std::vector<std::string>* problems) {
  const auto passed = std::find_if(
      kafka.librdkafka.begin(), kafka.librdkafka.end(),
      [](const auto& entry) { return CanonicalProperty(entry.first) == "sasl.mechanisms"; });
  const bool logs_in = ConfValue(conf, "security.protocol").starts_with("sasl_");
  if (passed == kafka.librdkafka.end() && !logs_in) return;
  const std::string key =
      "Kafka:Librdkafka:" +
      (passed == kafka.librdkafka.end() ? std::string("security.protocol") : passed->first);
  const std::string mechanism = ConfValue(conf, "sasl.mechanisms");
  if (mechanism == "GSSAPI") {
    problems->push_back(key + ": " + std::string(kNoKerberos) +
                        ". Set Kafka:Security:Protocol and Kafka:Sasl:Mechanism.");
  } else if (mechanism == "OAUTHBEARER" && ConfValue(conf, "sasl.oauthbearer.method") != "oidc") {
    problems->push_back(key +
                        ": OAUTHBEARER needs sasl.oauthbearer.method=oidc, or nothing would "
                        "provide the token.");
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
  for (const KafkaProperty& property : KafkaProperties()) {
    if (property.property == "request.required.acks" && input.kafka.acks != "all") continue;
    if (property.rule == Rule::kSecurity && !HasOwnKey(property, input.kafka)) continue;
    if (property.property == "metadata.broker.list" && kind == KafkaClientKind::kTrial) continue;
    const std::string value = ValueFor(property, input, kind);
    if (property.rule == Rule::kSecurity && value.empty()) continue;
    const std::string wrong = Set(conf, std::string(property.property), value);
    if (!wrong.empty()) {
      problems.push_back(std::string(property.key.empty() ? property.property : property.key) +
                         ": " + wrong);
    }
  }
  for (const auto& [name, value] : input.kafka.librdkafka) {
    std::string wrong = WhyRefused(name, input.kafka);
    if (wrong.empty()) wrong = Set(conf, name, value);
    if (!wrong.empty()) problems.push_back("Kafka:Librdkafka:" + name + ": " + wrong);
  }
  CheckTogether(conf, &problems);
  if (!input.kafka.security.protocol) CheckPassedMechanism(input.kafka, conf, &problems);
  return problems;
}

}  // namespace

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
  if (input.hooks != nullptr) InstallHooks(conf.get(), input.hooks);
  if (kind != KafkaClientKind::kProducer) {
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
  // From now on the client's background thread requests tokens, if there is a provider.
  if (ConfValue(rd_kafka_conf(client.get()), "sasl.mechanisms") == "OAUTHBEARER") {
    rd_kafka_error_destroy(rd_kafka_sasl_background_callbacks_enable(client.get()));
  }
  return client;
}

std::size_t MaxBatchRecords(const Settings::Kafka& kafka) {
  std::size_t records = 10'000;
  if (const auto set = kafka.librdkafka.find("batch.num.messages"); set != kafka.librdkafka.end()) {
    const std::string& text = set->second;
    std::from_chars(text.data(), text.data() + text.size(), records);
  }
  return std::max<std::size_t>(records, 1);
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
