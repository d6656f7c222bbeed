// What becomes of records when Kafka is in trouble while the gateway drains.
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "kafka_test_support.h"

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
  ASSERT_TRUE(KafkaProducerTestPeer::AwaitLookUps(kafka.producer()));
  KafkaProducer::DrainResult result;
  std::thread drainer(
      [&] { result = kafka.producer().Drain(steady_clock::now() + testing::kHang); });
  rd_kafka_mock_partition_set_leader(kafka.broker().cluster(), "t", 0, 1);
  drainer.join();
  EXPECT_EQ(result.delivered, 1);
  EXPECT_TRUE(result.NothingLost());
}

}  // namespace
}  // namespace gateway
