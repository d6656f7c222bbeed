#include "infra/kafka/metadata/kafka_topic_catalog.h"

#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "infra/kafka/client/client_config.h"
#include "infra/kafka/client/embedded_broker.h"
#include "infra/os/system_clock.h"
#include "service/types/error.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using Topics = TopicCatalog::Topics;

MetadataClient::MakeConf ConfFor(std::string bootstrap_servers) {
  return [servers = std::move(bootstrap_servers)] {
    Settings::Kafka kafka;
    kafka.bootstrap_servers = servers;
    return MakeKafkaConf({kafka, 1'000'000, true}, KafkaClientKind::kLookup);
  };
}

std::future<Result<Topics>> Ask(KafkaTopicCatalog& catalog) {
  auto promise = std::make_shared<std::promise<Result<Topics>>>();
  auto answer = promise->get_future();
  catalog.List([promise](Result<Topics> topics) { promise->set_value(std::move(topics)); });
  return answer;
}

TEST(KafkaTopicCatalog, ListsTopicsByNameWithTheirPartitions) {
  testing::FakeLogger logger;
  const auto broker = EmbeddedBroker::Start(logger);
  ASSERT_TRUE(broker.ok());
  for (const char* name : {"b", "a"})
    rd_kafka_mock_topic_create(broker.value()->cluster(), name, 3, 1);
  const SystemClock clock;
  KafkaTopicCatalog catalog(ConfFor(broker.value()->bootstrap_servers()), {}, clock);
  const auto topics = Ask(catalog).get();
  ASSERT_TRUE(topics.ok()) << topics.error().detail;
  ASSERT_EQ(topics.value()->size(), 2U);
  EXPECT_EQ((*topics.value())[0].name, "a");
  EXPECT_EQ((*topics.value())[1].name, "b");
  ASSERT_EQ((*topics.value())[0].partitions.size(), 3U);
  EXPECT_EQ((*topics.value())[0].partitions[2].partition, 2);
  EXPECT_TRUE((*topics.value())[0].partitions[2].leader.has_value());
}

TEST(KafkaTopicCatalog, GivesTheSameAnswerForASecond) {
  testing::FakeLogger logger;
  const auto broker = EmbeddedBroker::Start(logger);
  ASSERT_TRUE(broker.ok());
  testing::FakeClock clock;
  KafkaTopicCatalog catalog(ConfFor(broker.value()->bootstrap_servers()), {}, clock);
  const auto first = Ask(catalog).get();
  clock.Advance(milliseconds(999));
  const auto again = Ask(catalog).get();
  clock.Advance(milliseconds(1));
  const auto later = Ask(catalog).get();
  ASSERT_TRUE(first.ok() && again.ok() && later.ok());
  EXPECT_EQ(first.value(), again.value());
  EXPECT_NE(first.value(), later.value());
}

TEST(KafkaTopicCatalog, SaysInTimeThatNoBrokerAnswers) {
  KafkaTopicCatalog::Options options;
  options.timeout = milliseconds(50);
  const SystemClock clock;
  KafkaTopicCatalog catalog(ConfFor("127.0.0.1:1"), options, clock);
  const auto topics = Ask(catalog).get();
  ASSERT_FALSE(topics.ok());
  EXPECT_EQ(topics.error().code, ErrorCode::kBrokersUnavailable);
}

TEST(KafkaTopicCatalog, AnswersWaitingCallersWhenDestroyed) {
  const SystemClock clock;
  auto catalog = std::make_unique<KafkaTopicCatalog>(ConfFor("127.0.0.1:1"),
                                                     KafkaTopicCatalog::Options(), clock);
  auto answer = Ask(*catalog);
  catalog.reset();
  const auto topics = answer.get();
  ASSERT_FALSE(topics.ok());
  EXPECT_EQ(topics.error().code, ErrorCode::kDraining);
}

TEST(KafkaTopicCatalog, LimitsTheNumberOfWaitingCallers) {
  KafkaTopicCatalog::Options options;
  options.max_waiting = 0;
  const SystemClock clock;
  KafkaTopicCatalog catalog(ConfFor("127.0.0.1:1"), options, clock);
  EXPECT_EQ(Ask(catalog).get().error().code, ErrorCode::kOverloaded);
}

}  // namespace
}  // namespace gateway
