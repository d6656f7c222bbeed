#include "infra/kafka/client/client_config.h"

#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <regex>
#include <sstream>

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Get(const rd_kafka_conf_t* conf, const std::string& name) {
  std::array<char, 512> text{};
  std::size_t size = text.size();
  if (rd_kafka_conf_get(conf, name.c_str(), text.data(), &size) != RD_KAFKA_CONF_OK) return "?";
  return text.data();
}

Settings::Kafka Unusual() {
  Settings::Kafka kafka;
  kafka.bootstrap_servers = "a:1,b:2";
  kafka.client_id = "me";
  kafka.compression_type = "lz4";
  kafka.linger_ms = 1.5;
  kafka.batch_size = 123'456;
  kafka.retries = 7;
  kafka.queue_max_messages = 4'321;
  kafka.queue_max_bytes = 10 * 1024 + 1;
  kafka.metadata_refresh = std::chrono::milliseconds(54'321);
  return kafka;
}

std::vector<std::string> Problems(const std::string& name, const std::string& value) {
  Settings::Kafka kafka;
  kafka.librdkafka[name] = value;
  return CheckKafkaConf(kafka);
}

// librdkafka's description of its properties, as in its CONFIGURATION.md.
std::string PropertiesOfLibrdkafka() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = open_memstream(&text, &size);
  rd_kafka_conf_properties_show(stream);
  std::fclose(stream);
  std::string copy(text, size);
  std::free(text);
  return copy;
}

TEST(KafkaConf, EachKeySetsItsProperty) {
  const Settings::Kafka kafka = Unusual();
  auto conf = MakeKafkaConf({kafka, 2'000'000}, KafkaClientKind::kProducer);
  ASSERT_TRUE(conf.ok()) << conf.error();
  const std::map<std::string, std::string> expected = {
      {"Kafka:BootstrapServers", "a:1,b:2"}, {"Kafka:ClientId", "me"},
      {"Kafka:EnableIdempotence", "true"},   {"Kafka:Acks", "-1"},
      {"Kafka:CompressionType", "lz4"},      {"Kafka:LingerMs", "1.5"},
      {"Kafka:BatchSize", "123456"},         {"Kafka:Retries", "7"},
      {"Kafka:QueueMaxMessages", "4321"},    {"Kafka:QueueMaxBytes", "11"},
      {"Kafka:MetadataRefreshMs", "54321"},  {"Limits:MaxRecordBytes", "2004096"}};
  std::size_t keys = 0;
  for (const KafkaProperty& property : KafkaProperties()) {
    if (property.rule != KafkaProperty::Rule::kOwnKey) continue;
    ++keys;
    ASSERT_TRUE(expected.contains(std::string(property.key))) << property.key;
    EXPECT_EQ(Get(conf.value().get(), std::string(property.property)),
              expected.at(std::string(property.key)))
        << property.key;
  }
  EXPECT_EQ(keys, expected.size());
}

TEST(KafkaConf, FixedPropertiesReadBackAsSet) {
  const Settings::Kafka kafka;
  const KafkaConfInput input{kafka, 1'000'000};
  auto conf = MakeKafkaConf(input, KafkaClientKind::kProducer);
  ASSERT_TRUE(conf.ok()) << conf.error();
  for (const KafkaProperty& property : KafkaProperties()) {
    if (!property.key.empty()) continue;
    EXPECT_EQ(Get(conf.value().get(), std::string(property.property)), property.value(input))
        << property.property;
    EXPECT_FALSE(property.reason.empty()) << property.property;
  }
}

TEST(KafkaConf, TheDefaultsHaveNoProblems) {
  EXPECT_THAT(CheckKafkaConf(Settings::Kafka()), IsEmpty());
}

TEST(KafkaConf, KnowsEveryAliasThatLibrdkafkaHas) {
  const std::regex row("^([a-z._]+) +\\|.*Alias for `([a-z._]+)`.*");
  std::istringstream lines(PropertiesOfLibrdkafka());
  std::string line;
  int aliases = 0;
  while (std::getline(lines, line)) {
    std::smatch match;
    if (!std::regex_match(line, match, row)) continue;
    ++aliases;
    EXPECT_EQ(CanonicalProperty(match[1].str()), match[2].str());
  }
  EXPECT_GT(aliases, 5);
}

TEST(KafkaConf, OnlyKnownGlobalPropertiesBeginWithTopic) {
  const std::regex row("^(topic\\.[a-z._]+) +\\|.*");
  std::istringstream lines(PropertiesOfLibrdkafka());
  std::string line;
  while (std::getline(lines, line)) {
    std::smatch match;
    if (std::regex_match(line, match, row)) {
      EXPECT_EQ(CanonicalProperty(match[1].str()), match[1].str());
    }
  }
}

TEST(KafkaConf, RefusesWhatHasAKeyOfItsOwnUnderEveryName) {
  for (const char* name : {"linger.ms", "queue.buffering.max.ms"}) {
    EXPECT_THAT(Problems(name, "5"), ElementsAre(HasSubstr("set Kafka:LingerMs instead"))) << name;
  }
  for (const char* name :
       {"acks", "request.required.acks", "topic.acks", "topic.request.required.acks"}) {
    EXPECT_THAT(Problems(name, "1"), ElementsAre(HasSubstr("set Kafka:Acks instead"))) << name;
  }
  for (const char* name :
       {"compression.type", "topic.compression.codec", "topic.compression.type"}) {
    EXPECT_THAT(Problems(name, "gzip"), ElementsAre(HasSubstr("Kafka:CompressionType"))) << name;
  }
  EXPECT_THAT(Problems("bootstrap.servers", "a:1"),
              ElementsAre(HasSubstr("set Kafka:BootstrapServers instead")));
  EXPECT_THAT(Problems("delivery.timeout.ms", "1"), ElementsAre(HasSubstr("new epoch")));
}

TEST(KafkaConf, RefusesWhatBreaksPromises) {
  for (const char* name :
       {"delivery.report.only.error", "queuing.strategy", "topic.queuing.strategy", "max.in.flight",
        "max.in.flight.requests.per.connection", "enable.gapless.guarantee", "transactional.id",
        "partitioner", "topic.partitioner", "allow.auto.create.topics", "test.mock.num.brokers",
        "test.mock.broker.rtt", "log.queue", "statistics.interval.ms"}) {
    EXPECT_THAT(Problems(name, "1"),
                ElementsAre(HasSubstr("Kafka:Librdkafka:" + std::string(name) + ": it is ")));
  }
}

TEST(KafkaConf, RefusesWhatLoadsCode) {
  for (const char* name : {"plugin.library.paths", "ssl.engine.location", "ssl.engine.id",
                           "ssl.providers", "sasl.kerberos.kinit.cmd"}) {
    EXPECT_THAT(Problems(name, "x"), ElementsAre(HasSubstr("foreign code"))) << name;
  }
}

TEST(KafkaConf, RefusesCallbacksAndPointers) {
  for (const char* name :
       {"dr_msg_cb", "open_cb", "partitioner_cb", "topic.partitioner_cb", "opaque", "topic.opaque",
        "default_topic_conf", "interceptors", "ssl_key", "enabled_events"}) {
    EXPECT_THAT(Problems(name, "1"), ElementsAre(HasSubstr("embed librdkafka"))) << name;
  }
}

TEST(KafkaConf, LetsLibrdkafkaValidateTheRest) {
  EXPECT_THAT(Problems("socket.timeout.ms", "soon"),
              ElementsAre(HasSubstr("Kafka:Librdkafka:socket.timeout.ms: librdkafka rejects")));
  EXPECT_THAT(Problems("no.such", "1"), ElementsAre(HasSubstr("has no such property")));
  EXPECT_THAT(Problems("security.protocol", "ssl"), IsEmpty());
}

TEST(KafkaConf, APassedPropertyReplacesATunableDefault) {
  Settings::Kafka kafka;
  kafka.librdkafka["reconnect.backoff.max.ms"] = "2500";
  auto conf = MakeKafkaConf({kafka, 0}, KafkaClientKind::kProducer);
  ASSERT_TRUE(conf.ok()) << conf.error();
  EXPECT_EQ(Get(conf.value().get(), "reconnect.backoff.max.ms"), "2500");
}

TEST(KafkaConf, SaysAllProblemsAtOnce) {
  Settings::Kafka kafka;
  kafka.acks = "1";
  kafka.enable_idempotence = false;
  kafka.compression_type = "brotli";
  kafka.librdkafka["acks"] = "1";
  EXPECT_THAT(CheckKafkaConf(kafka),
              ElementsAre(HasSubstr("Kafka:Acks"), HasSubstr("Kafka:EnableIdempotence"),
                          HasSubstr("Kafka:CompressionType"), HasSubstr("Librdkafka:acks")));
}

TEST(KafkaConf, FindsValuesThatContradictEachOther) {
  EXPECT_THAT(Problems("reconnect.backoff.ms", "2000"),
              ElementsAre(HasSubstr("reconnect.backoff.max.ms")));
}

TEST(KafkaConf, DescribesThePassThroughWithoutSecrets) {
  Settings::Kafka kafka;
  kafka.librdkafka = {{"sasl.password", "hunter2"},
                      {"sasl.oauthbearer.client.secret", "hunter2"},
                      {"ssl.key.pem", "hunter2"},
                      {"security.protocol", "sasl_ssl"}};
  const std::string text = DescribePassThrough(kafka);
  EXPECT_THAT(text, HasSubstr("security.protocol=sasl_ssl"));
  EXPECT_THAT(text, HasSubstr("sasl.password=***"));
  EXPECT_EQ(text.find("hunter2"), std::string::npos);
}

TEST(KafkaConf, KnowsHowManyRecordsABatchMayHave) {
  Settings::Kafka kafka;
  EXPECT_EQ(MaxBatchRecords(kafka), 10'000U);
  kafka.librdkafka["batch.num.messages"] = "500";
  EXPECT_EQ(MaxBatchRecords(kafka), 500U);
  EXPECT_TRUE(MakeKafkaConf({kafka, 0}, KafkaClientKind::kProducer).ok());
}

TEST(KafkaConf, LookupsAreNotIdempotent) {
  auto conf = MakeKafkaConf({Settings::Kafka(), 0}, KafkaClientKind::kLookup);
  ASSERT_TRUE(conf.ok()) << conf.error();
  EXPECT_EQ(Get(conf.value().get(), "enable.idempotence"), "false");
  EXPECT_EQ(Get(conf.value().get(), "allow.auto.create.topics"), "false");
}

TEST(KafkaConf, OnlyTheEmbeddedBrokerIsAskedToCreateTopics) {
  const Settings::Kafka kafka;
  auto embedded = MakeKafkaConf({kafka, 0, true}, KafkaClientKind::kProducer);
  ASSERT_TRUE(embedded.ok()) << embedded.error();
  EXPECT_EQ(Get(embedded.value().get(), "allow.auto.create.topics"), "true");
  auto real = MakeKafkaConf({kafka, 0}, KafkaClientKind::kProducer);
  ASSERT_TRUE(real.ok()) << real.error();
  EXPECT_EQ(Get(real.value().get(), "allow.auto.create.topics"), "false");
}

}  // namespace
}  // namespace gateway
