// Several librdkafka clients that form one producing instance: each record goes to the given
// client, and all clients are created and replaced together.
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <set>

#include "infra/kafka/client/client_config.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

using testing::Counter;
using ::testing::ElementsAre;
using testing::EmbeddedKafka;
using ::testing::HasSubstr;
using testing::ReadBack;
using ::testing::SizeIs;
using testing::TestRecord;

class KafkaClientsOfAnInstance : public ::testing::Test {
 protected:
  KafkaClientsOfAnInstance()
      : instance_(ProducerGroup::Create(
                      [] {
                        return MakeKafkaConf({{}, 1'000'000}, KafkaClientKind::kProducer);
                      },
                      3)
                      .value()) {}

  std::set<std::size_t> ClientsOf(const KafkaTopic& topic) const {
    std::set<std::size_t> clients;
    for (std::size_t i = 0; i < topic.handles.size(); ++i) {
      if (topic.handles[i] != nullptr) clients.insert(i);
    }
    return clients;
  }

  const std::shared_ptr<ProducerGroup> instance_;
};

TEST_F(KafkaClientsOfAnInstance, ATopicIsOpenedWhereItsRecordsGo) {
  KafkaTopic* const topic = instance_->OpenTopic("t");
  EXPECT_THAT(ClientsOf(*topic), ElementsAre(0));
  EXPECT_FALSE(instance_->InUse(2));
  TestRecord record("t", "k", "v");
  EXPECT_EQ(instance_->Produce(2, *topic, 0, &record), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_THAT(ClientsOf(*topic), ElementsAre(0, 2));
  EXPECT_TRUE(instance_->InUse(2));
  instance_->Purge();
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  std::optional<std::size_t> reported_by;
  while (!reported_by && std::chrono::steady_clock::now() < hang) {
    const ProducerGroup::Polled polled = instance_->Poll(testing::kHang);
    if (polled.event && rd_kafka_event_type(polled.event.get()) == RD_KAFKA_EVENT_DR) {
      reported_by = polled.client;
    }
  }
  EXPECT_EQ(reported_by, 2U);
}

TEST_F(KafkaClientsOfAnInstance, ATopicHasNotGrownBeforeABrokerSaysSo) {
  KafkaTopic* const topic = instance_->OpenTopic("t");
  EXPECT_FALSE(instance_->GrowTopic(topic, 9, std::chrono::milliseconds(1)));
}

TEST_F(KafkaClientsOfAnInstance, TheFirstIsInUseFromTheStart) {
  EXPECT_TRUE(instance_->InUse(0));
  EXPECT_FALSE(instance_->InUse(2));
}

// Without a broker, about which the clients could report something at any time.
TEST_F(KafkaClientsOfAnInstance, APollThatWaitsIsWoken) {
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  do {
    instance_->WakePoll();
  } while (instance_->Poll(testing::kHang).event);
  EXPECT_LT(std::chrono::steady_clock::now(), hang);
}

TEST(KafkaClients, RecordsOfEachAreStored) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.producers = 2; });
  std::deque<TestRecord> records;
  for (const char* topic : {"a", "b", "c", "d"}) {
    for (int i = 0; i < 10; ++i) records.emplace_back(topic, "k" + std::to_string(i), "v");
  }
  for (TestRecord& record : records) kafka.Send(&record);
  for (TestRecord& record : records) EXPECT_TRUE(record.Await().ok());
}

TEST(KafkaClients, ATopicHasGrownOnceTheyHaveHeardOfAllItsPartitions) {
  EmbeddedKafka kafka;
  rd_kafka_mock_topic_create(kafka.broker().cluster(), "t", 4, 1);
  const auto instance = KafkaProducerTestPeer::Instance(kafka.producer());
  KafkaTopic* const topic = instance->OpenTopic("t");
  EXPECT_FALSE(instance->GrowTopic(topic, 5, testing::kHang)) << "a broker that is behind";
  EXPECT_TRUE(instance->GrowTopic(topic, 4, testing::kHang));
}

TEST(KafkaClients, PartitionsThatTheClientsHaveNotHeardOfAreNotUsedYet) {
  EmbeddedKafka kafka([](auto& options) { options.topics.refresh_every = std::chrono::hours(1); });
  TestRecord first("t", "k", "v");
  kafka.Send(&first);
  ASSERT_TRUE(first.Await().ok());
  KafkaProducerTestPeer::Update(kafka.producer(), "t", {{1, 1, 1, 1, 1}});  // the broker has four
  std::deque<TestRecord> records;
  for (int i = 0; i < 20; ++i) records.emplace_back("t", "k" + std::to_string(i), "v");
  for (TestRecord& record : records) kafka.Send(&record);
  for (TestRecord& record : records) EXPECT_TRUE(record.Await().ok());
}

TEST(KafkaClients, StatisticsComeFromEach) {
  Counter second;
  EmbeddedKafka kafka([&](KafkaProducer::Options& options) {
    options.kafka.producers = 2;
    options.on_statistics = [&second](std::size_t client, std::string_view) {
      if (client == 1) second.Add();
    };
  });
  EXPECT_TRUE(second.WaitFor(1));
  EXPECT_TRUE(kafka.metrics.WaitForReady(true));
}

TEST(KafkaClients, AFatalErrorOfOneReplacesAllAndLosesNothing) {
  EmbeddedKafka kafka([](auto& options) {
    options.kafka.producers = 2;
    options.kafka.linger_ms = 500;
  });
  std::deque<TestRecord> records;
  for (const char* topic : {"a", "b", "c", "d"}) {
    for (int i = 0; i < 20; ++i) records.emplace_back(topic, "k", std::to_string(i), 1);
  }
  kafka.SendAll(records);
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  KafkaProducerTestPeer::MakeFatal(kafka.producer(), 1);  // while all of them linger
  for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  for (const char* topic : {"a", "c"}) {  // one record per client
    const auto read = ReadBack(kafka.broker().bootstrap_servers(), topic, 1, 20);
    ASSERT_THAT(read, SizeIs(20));
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(read[i].value, std::to_string(i));
  }
  ASSERT_THAT(kafka.logger.Of("kafka-fatal"), SizeIs(1));
  EXPECT_THAT(kafka.logger.Of("kafka-fatal")[0].message, HasSubstr("made by the test"));
  EXPECT_THAT(kafka.logger.Of("kafka-replaced"), SizeIs(1));
}

}  // namespace
}  // namespace gateway
