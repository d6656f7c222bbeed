// Several librdkafka clients that form one producing instance: each record goes to the given
// client, clients are made when they are of use and closed when idle, and all are replaced
// together.
#include <gmock/gmock.h>

#include <deque>
#include <optional>
#include <thread>

#include "infra/kafka/client/client_config.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

using testing::Counter;
using testing::EmbeddedKafka;
using ::testing::HasSubstr;
using testing::ReadBack;
using ::testing::SizeIs;
using testing::TestRecord;

std::shared_ptr<ProducerGroup> MakeGroup() {
  return ProducerGroup::Create([] {
           return MakeKafkaConf({{}, 1'000'000}, KafkaClientKind::kProducer);
         })
      .value();
}

std::shared_ptr<ProducerClient> MakeClient(const ProducerGroup& group) {
  return ProducerGroup::MakeClient(group.make_conf()).value();
}

TEST(ProducerGroup, ReportsComeFromTheClientThatGotTheRecord) {
  const auto group = MakeGroup();
  group->Add(MakeClient(*group));
  TestRecord record("t", "k", "v");
  const auto client = group->client(1);
  EXPECT_FALSE(client->in_use());
  EXPECT_EQ(client->Produce(client->Topic("t"), 0, &record), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(client->in_use());
  group->Purge();
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  std::optional<std::size_t> reported_by;
  while (!reported_by && std::chrono::steady_clock::now() < hang) {
    const ProducerGroup::Polled polled = group->Poll(testing::kHang);
    if (polled.event && rd_kafka_event_type(polled.event.get()) == RD_KAFKA_EVENT_DR) {
      reported_by = polled.client;
    }
  }
  EXPECT_EQ(reported_by, 1U);
}

TEST(ProducerGroup, AClientIsNotTakenWhileACallIsInside) {
  const auto group = MakeGroup();
  group->Add(MakeClient(*group));
  auto inside = group->client(1);
  EXPECT_EQ(group->TakeLast(), nullptr);
  EXPECT_EQ(group->clients(), 2U);
  inside.reset();
  EXPECT_NE(group->TakeLast(), nullptr);
  EXPECT_EQ(group->clients(), 1U);
  EXPECT_EQ(group->client(1), nullptr);
}

std::string PasswordOf(const ProducerGroup& group, std::size_t client) {
  return testing::PropertyOf(group.client(client)->handle(), "sasl.password");
}

TEST(ProducerGroup, AClientThatWasMadeBeforeThePasswordChangedGetsTheNewOne) {
  const auto group = MakeGroup();
  group->Add(MakeClient(*group));
  auto made_before = MakeClient(*group);
  group->SetCredentials({"alice", "new"});
  group->Add(std::move(made_before));
  EXPECT_EQ(PasswordOf(*group, 0), "new");
  EXPECT_EQ(PasswordOf(*group, 1), "new");
  EXPECT_EQ(PasswordOf(*group, 2), "new");
}

TEST(ProducerGroup, KeepsTheConfiguredPasswordWhereNoneIsSet) {
  const auto group = MakeGroup();
  group->SetCredentials({});
  EXPECT_EQ(PasswordOf(*group, 0), "");
}

// The settings of the new group were read before they changed.
TEST(GroupSupervisor, AGroupThatIsMadeWhileThePasswordChangesGetsTheNewOne) {
  testing::SharedLogger logger;
  testing::ReadinessMetrics metrics;
  ClusterStatusTracker status(false, logger, metrics);
  GroupSupervisor* changed = nullptr;
  GroupSupervisor supervisor(
      MakeGroup(),
      [&changed]() -> Result<std::shared_ptr<ProducerGroup>, std::string> {
        auto group = MakeGroup();
        changed->SetCredentials({"alice", "new"});
        return group;
      },
      status, logger);
  changed = &supervisor;
  supervisor.Retire(RetireReason::kRenewal);
  const auto group = supervisor.Replace();
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(PasswordOf(*group, 0), "new");
}

TEST(ProducerGroup, ATopicHasNotGrownBeforeABrokerSaysSo) {
  const auto group = MakeGroup();
  group->client(0)->Topic("t");
  EXPECT_FALSE(group->GrowTopic("t", 9, std::chrono::milliseconds(1)));
}

// Without a broker, about which the clients could report something at any time.
TEST(ProducerGroup, APollThatWaitsIsWoken) {
  const auto group = MakeGroup();
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  do {
    group->WakePoll();
  } while (group->Poll(testing::kHang).event);
  EXPECT_LT(std::chrono::steady_clock::now(), hang);
}

// Enough batches in a round for two producers.
std::deque<TestRecord> RecordsOfManyPartitions(int each) {
  std::deque<TestRecord> records;
  for (int i = 0; i < each; ++i) {
    for (const char* topic : {"a", "b", "c", "d"}) {
      for (Partition partition = 0; partition < 4; ++partition) {
        records.emplace_back(topic, "k", std::to_string(i), partition);
      }
    }
  }
  return records;
}

bool AwaitClients(EmbeddedKafka& kafka, int count) {
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  while (kafka.producer().Status().clients != count) {
    if (std::chrono::steady_clock::now() > hang) return false;
    std::this_thread::yield();
  }
  return true;
}

// Sends until batches go to two producers.
void UseTwoClients(EmbeddedKafka& kafka) {
  const auto hang = std::chrono::steady_clock::now() + testing::kHang;
  const auto group = KafkaProducerTestPeer::Instance(kafka.producer());
  while (group->client(1) == nullptr || !group->client(1)->in_use()) {
    ASSERT_LT(std::chrono::steady_clock::now(), hang);
    std::deque<TestRecord> records = RecordsOfManyPartitions(1);
    kafka.SendAll(records);
    for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  }
}

TEST(KafkaClients, ThereIsOneUntilMoreAreOfUse) {
  EmbeddedKafka kafka;
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  EXPECT_EQ(kafka.producer().Status().clients, 1);
  TestRecord record("t", "k", "v");
  kafka.Send(&record);
  ASSERT_TRUE(record.Await().ok());
  EXPECT_EQ(kafka.producer().Status().clients, 1);
  UseTwoClients(kafka);
  EXPECT_EQ(kafka.producer().Status().clients, 2);
}

TEST(KafkaClients, ThereAreNoMoreThanAllowed) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.producers = 1; });
  for (int i = 0; i < 5; ++i) {
    std::deque<TestRecord> records = RecordsOfManyPartitions(1);
    kafka.SendAll(records);
    for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  }
  EXPECT_EQ(kafka.producer().Status().clients, 1);
}

TEST(KafkaClients, OneThatHasLongBeenIdleIsClosedAndMadeAgain) {
  Counter closed;
  EmbeddedKafka kafka([&closed](KafkaProducer::Options& options) {
    options.on_client_closed = [&closed](std::size_t) { closed.Add(); };
  });
  UseTwoClients(kafka);
  kafka.clock.Skip(ProducerDemand::kKeep + std::chrono::seconds(1));
  EXPECT_TRUE(AwaitClients(kafka, 1));
  EXPECT_TRUE(closed.WaitFor(1));
  UseTwoClients(kafka);
}

TEST(KafkaClients, ATopicHasGrownOnceTheyHaveHeardOfAllItsPartitions) {
  EmbeddedKafka kafka;
  rd_kafka_mock_topic_create(kafka.broker().cluster(), "t", 4, 1);
  const auto instance = KafkaProducerTestPeer::Instance(kafka.producer());
  instance->client(0)->Topic("t");
  EXPECT_FALSE(instance->GrowTopic("t", 5, testing::kHang)) << "a broker that is behind";
  EXPECT_TRUE(instance->GrowTopic("t", 4, testing::kHang));
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
    options.on_statistics = [&second](std::size_t client, std::string_view) {
      if (client == 1) second.Add();
    };
  });
  UseTwoClients(kafka);
  EXPECT_TRUE(second.WaitFor(1));
  EXPECT_TRUE(kafka.metrics.WaitForReady(true));
}

TEST(KafkaClients, AFatalErrorOfOneReplacesAllAndLosesNothing) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 200; });
  UseTwoClients(kafka);
  std::deque<TestRecord> records = RecordsOfManyPartitions(20);
  kafka.SendAll(records);
  KafkaProducerTestPeer::MakeFatal(kafka.producer(), 1);  // while all of them linger
  for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  for (const char* topic : {"a", "d"}) {  // one of each client
    auto read = ReadBack(kafka.broker().bootstrap_servers(), topic, 1, 21);
    ASSERT_GE(read.size(), 21U);
    read.erase(read.begin(), read.end() - 20);
    for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(read[i].value, std::to_string(i));
  }
  ASSERT_THAT(kafka.logger.Of("kafka-fatal"), SizeIs(1));
  EXPECT_THAT(kafka.logger.Of("kafka-fatal")[0].message, HasSubstr("made by the test"));
  EXPECT_THAT(kafka.logger.Of("kafka-replaced"), SizeIs(1));
}

}  // namespace
}  // namespace gateway
