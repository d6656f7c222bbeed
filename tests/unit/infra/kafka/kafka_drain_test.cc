// The outcome of records when Kafka has problems while the gateway drains.
#include <gmock/gmock.h>

#include <chrono>
#include <deque>
#include <string>
#include <thread>

#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

using std::chrono::steady_clock;
using testing::EmbeddedKafka;
using testing::TestRecord;

TEST(KafkaDrain, ALeaderThatIsElectedMeanwhileGetsWhatWaitedForIt) {
  EmbeddedKafka kafka;
  rd_kafka_mock_topic_create(kafka.broker().cluster(), "t", 1, 1);
  rd_kafka_mock_partition_set_leader(kafka.broker().cluster(), "t", 0, -1);
  TestRecord record("t", "k", "v");
  kafka.Send(&record);
  ASSERT_TRUE(KafkaProducerTestPeer::AwaitFound(kafka.producer(), "t"));
  KafkaProducer::DrainResult result;
  std::thread drainer(
      [&] { result = kafka.producer().Drain(steady_clock::now() + testing::kHang); });
  rd_kafka_mock_partition_set_leader(kafka.broker().cluster(), "t", 0, 1);
  drainer.join();
  EXPECT_EQ(result.delivered, 1);
  EXPECT_TRUE(result.NothingLost());
}

TEST(KafkaDrain, RecordsUnsentAfterAFatalErrorAreStoredByANewInstance) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 20'000; });
  std::deque<TestRecord> records;
  for (int i = 0; i < 100; ++i) records.emplace_back("t", "k", std::to_string(i));
  for (TestRecord& record : records) kafka.Send(&record);
  ASSERT_TRUE(KafkaProducerTestPeer::AwaitFound(kafka.producer(), "t"));
  KafkaProducerTestPeer::MakeFatal(kafka.producer());  // while all of them linger
  const auto result = kafka.producer().Drain(steady_clock::now() + testing::kHang);
  EXPECT_EQ(result.delivered, 100);
  EXPECT_TRUE(result.NothingLost());
}

TEST(KafkaDrain, AtItsEndWhatAFatalErrorLeftIsReportedOnce) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 20'000; });
  std::deque<TestRecord> records;
  for (int i = 0; i < 100; ++i) records.emplace_back("t", "k", std::to_string(i));
  for (TestRecord& record : records) kafka.Send(&record);
  ASSERT_TRUE(KafkaProducerTestPeer::AwaitFound(kafka.producer(), "t"));
  KafkaProducerTestPeer::MakeFatal(kafka.producer());
  const auto result = kafka.producer().Drain(steady_clock::now());
  EXPECT_EQ(result.not_persisted, 100);
  for (TestRecord& record : records) EXPECT_EQ(record.reports(), 1U);
}

}  // namespace
}  // namespace gateway
