#include "infra/kafka/kafka_producer.h"

#include <gmock/gmock.h>

#include <atomic>
#include <deque>
#include <thread>

#include "service/ports/clock.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway {
namespace {

using testing::CodeOfReport;
using testing::Counter;
using testing::EmbeddedKafka;
using ::testing::HasSubstr;
using ::testing::Pair;
using testing::ReadBack;
using testing::ReadRecord;
using ::testing::SizeIs;
using testing::TestRecord;

ReadRecord SendAndRead(EmbeddedKafka& kafka, TestRecord& record) {
  kafka.Send(&record);
  const DeliveryReport& report = record.Await();
  if (!report.ok()) {
    ADD_FAILURE() << report.error().detail;
    return {};
  }
  const std::vector<ReadRecord> read =
      ReadBack(kafka.broker().bootstrap_servers(), std::string(record.record().topic),
               report.value().partition, 1);
  EXPECT_THAT(read, SizeIs(1));
  return read.empty() ? ReadRecord() : read.front();
}

TEST(KafkaProducer, StoresKeyAndValueByteForByte) {
  EmbeddedKafka kafka;
  const std::string bytes("a\0\xff\n", 4);
  TestRecord record("t", bytes, bytes + "v");
  const ReadRecord read = SendAndRead(kafka, record);
  EXPECT_EQ(read.key, bytes);
  EXPECT_EQ(read.value, bytes + "v");
  EXPECT_EQ(record.Await().value().offset, 0);
}

TEST(KafkaProducer, ALargeValueIsStoredWithoutACopyOfOurs) {
  EmbeddedKafka kafka;
  std::string large(100'000, 'x');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7);
  TestRecord record("t", "k", large);
  EXPECT_EQ(SendAndRead(kafka, record).value, large);
}

TEST(KafkaProducer, NullAndEmptyStayApart) {
  EmbeddedKafka kafka;
  TestRecord nulls("nulls", std::nullopt, std::nullopt, 0);
  TestRecord empties("empties", "", "", 0);
  empties.fields().key = std::string_view();  // without a pointer
  empties.fields().value = std::string_view();
  const ReadRecord null = SendAndRead(kafka, nulls);
  EXPECT_EQ(null.key, std::nullopt);
  EXPECT_EQ(null.value, std::nullopt);
  const ReadRecord empty = SendAndRead(kafka, empties);
  // The consumer hands out an empty key or value with a pointer, a null one without.
  EXPECT_EQ(empty.key, "");
  EXPECT_EQ(empty.value, "");
}

TEST(KafkaProducer, HeadersKeepOrderDuplicatesAndNulls) {
  EmbeddedKafka kafka;
  TestRecord record("t", "k", "v");
  record.headers() = {{"b", "1"}, {"a", std::nullopt}, {"b", ""}, {"a", "x"}};
  record.UseHeaders();
  EXPECT_THAT(
      SendAndRead(kafka, record).headers,
      ::testing::ElementsAre(Pair("b", std::optional<std::string>("1")), Pair("a", std::nullopt),
                             Pair("b", std::optional<std::string>("")),
                             Pair("a", std::optional<std::string>("x"))));
}

TEST(KafkaProducer, TimestampsAreStoredAndReported) {
  EmbeddedKafka kafka;
  TestRecord record("t", "k", "v");
  record.fields().timestamp = 1'234'567'890'123;
  EXPECT_EQ(SendAndRead(kafka, record).timestamp, 1'234'567'890'123);
  EXPECT_EQ(record.Await().value().timestamp, 1'234'567'890'123);
}

TEST(KafkaProducer, WithoutATimestampTheReportHasTheTimeOfSending) {
  EmbeddedKafka kafka;
  TestRecord record("t", "k", "v");
  const TimestampMs before = kafka.clock.UnixMillis();
  const ReadRecord read = SendAndRead(kafka, record);
  EXPECT_GE(record.Await().value().timestamp, before - 2);
  EXPECT_LE(record.Await().value().timestamp, read.timestamp + 2);
}

TEST(KafkaProducer, AForcedPartitionIsKept) {
  EmbeddedKafka kafka;
  TestRecord record("t", "k", "v", 3);
  EXPECT_EQ(SendAndRead(kafka, record).partition, 3);
}

TEST(KafkaProducer, KeysGoWhereJavaClientsPutThem) {
  EmbeddedKafka kafka;
  // murmur2("foobar") & 0x7fffffff = 1357151166 (org.apache.kafka.common.utils.UtilsTest, made
  // positive), of 4 partitions: 2.
  TestRecord record("t", "foobar", "v");
  kafka.Send(&record);
  ASSERT_TRUE(record.Await().ok());
  EXPECT_EQ(record.Await().value().partition, 2);
}

TEST(KafkaProducer, APartitionThatIsNotThereIsNotFound) {
  EmbeddedKafka kafka;
  TestRecord unknown_topic("t", "k", "v", 99);
  kafka.Send(&unknown_topic);
  EXPECT_EQ(CodeOfReport(unknown_topic.Await()), ErrorCode::kPartitionNotFound);
  TestRecord known_topic("t", "k", "v", 99);
  kafka.Send(&known_topic);
  EXPECT_EQ(CodeOfReport(known_topic.Await()), ErrorCode::kPartitionNotFound);
  EXPECT_EQ(known_topic.Await().error().persistence, Persistence::kNotPersisted);
}

TEST(KafkaProducer, ATopicThatIsNotThereIsNotFound) {
  EmbeddedKafka kafka;
  rd_kafka_mock_topic_set_error(kafka.broker().cluster(), "nope",
                                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  TestRecord record("nope", "k", "v");
  kafka.Send(&record);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kTopicNotFound);
  EXPECT_THAT(record.Await().error().detail, HasSubstr("nope"));
}

TEST(KafkaProducer, ATopicMadeAMomentAgoIsFound) {
  EmbeddedKafka kafka([](auto& options) { options.topics.absent_for = {}; });
  rd_kafka_mock_topic_set_error(kafka.broker().cluster(), "soon",
                                RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  TestRecord early("soon", "k", "v");
  kafka.Send(&early);
  EXPECT_EQ(CodeOfReport(early.Await()), ErrorCode::kTopicNotFound);
  rd_kafka_mock_topic_set_error(kafka.broker().cluster(), "soon", RD_KAFKA_RESP_ERR_NO_ERROR);
  TestRecord later("soon", "k", "v");
  kafka.Send(&later);
  EXPECT_TRUE(later.Await().ok());
}

TEST(KafkaProducer, ARecordThatLibrdkafkaDoesNotTakeIsReportedOnce) {
  EmbeddedKafka kafka;
  TestRecord first("t", "k", "v");
  kafka.Send(&first);
  ASSERT_TRUE(first.Await().ok());
  TestRecord large("t", "k", std::string(2'000'000, 'x'));
  large.headers() = {{"h", "1"}};
  large.UseHeaders();
  kafka.Send(&large);
  EXPECT_EQ(CodeOfReport(large.Await()), ErrorCode::kRecordTooLarge);
  kafka.DestroyProducer();
  EXPECT_EQ(large.reports(), 1U);
}

TEST(KafkaProducer, RecordsThatLibrdkafkasFullQueueRejectsAreQueuedAndStoredLater) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.queue_max_messages = 10; });
  std::deque<TestRecord> records;
  for (int i = 0; i < 200; ++i) records.emplace_back("t", "k", std::to_string(i), 1);
  for (TestRecord& record : records) kafka.Send(&record);
  for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  const auto read = ReadBack(kafka.broker().bootstrap_servers(), "t", 1, 200);
  ASSERT_THAT(read, SizeIs(200));
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(read[i].value, std::to_string(i));
}

TEST(KafkaProducer, WhileTheLeaderIsDownRecordsAreQueuedAndStoredWhenItRecovers) {
  EmbeddedKafka kafka;
  TestRecord before("t", "k", "v", 0);
  kafka.Send(&before);
  ASSERT_TRUE(before.Await().ok());
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  rd_kafka_mock_broker_set_down(kafka.broker().cluster(), 1);
  ASSERT_TRUE(kafka.metrics.WaitForReady(false));
  TestRecord held("t", "k", "w", 0);
  kafka.Send(&held);
  EXPECT_FALSE(held.expired());
  rd_kafka_mock_broker_set_up(kafka.broker().cluster(), 1);
  EXPECT_TRUE(held.Await().ok());
}

TEST(KafkaProducer, WhileTheLeaderIsDownADeadlineWithdraws) {
  EmbeddedKafka kafka;
  TestRecord before("t", "k", "v", 0);
  kafka.Send(&before);
  ASSERT_TRUE(before.Await().ok());
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  rd_kafka_mock_broker_set_down(kafka.broker().cluster(), 1);
  ASSERT_TRUE(kafka.metrics.WaitForReady(false));
  TestRecord held("t", "k", "w", 0);
  kafka.Send(&held);
  ASSERT_TRUE(held.Withdraw());
  kafka.producer().OnWithdrawn(1);
  ASSERT_FALSE(held.Await().ok());
  EXPECT_EQ(CodeOfReport(held.Await()), ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(held.Await().error().persistence, Persistence::kNotPersisted);
}

// With one producer, even requests that are not answered yet keep their order.
TEST(KafkaProducer, ABurstThatBeginsOnAnUnknownTopicIsStoredInOrder) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.producers = 1; });
  constexpr int kRecords = 5'000;
  std::deque<TestRecord> records;
  for (int i = 0; i < kRecords; ++i) records.emplace_back("t", "k", std::to_string(i), 1);
  for (TestRecord& record : records) kafka.Send(&record);
  for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  const auto read = ReadBack(kafka.broker().bootstrap_servers(), "t", 1, kRecords);
  ASSERT_THAT(read, SizeIs(kRecords));
  int misplaced = 0;
  for (int i = 0; i < kRecords; ++i) {
    const auto at = static_cast<std::size_t>(i);
    misplaced += read[at].value != std::to_string(i) ? 1 : 0;
    misplaced += records[at].Await().value().offset != read[at].offset ? 1 : 0;
  }
  EXPECT_EQ(misplaced, 0);
}

TEST(KafkaProducer, DrainDeliversRecordsInFlight) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 20'000; });
  std::deque<TestRecord> records;
  for (int i = 0; i < 1'000; ++i) records.emplace_back("t" + std::to_string(i % 3), "k", "v");
  for (TestRecord& record : records) kafka.Send(&record);
  const auto result = kafka.producer().Drain(std::chrono::steady_clock::now() + testing::kHang);
  EXPECT_EQ(result.delivered, 1'000);
  EXPECT_TRUE(result.NothingLost());
  for (TestRecord& record : records) EXPECT_EQ(record.reports(), 1U);
}

TEST(KafkaProducer, ADrainTakesRecordsWhileMoreMayCome) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 20'000; });
  TestRecord before("t", "k", "v");
  kafka.Send(&before);
  std::atomic<bool> more{true};
  KafkaProducer::DrainResult result;
  std::thread drainer([&] {
    result = kafka.producer().Drain(std::chrono::steady_clock::now() + testing::kHang,
                                    [&more] { return more.load(); });
  });
  EXPECT_TRUE(before.Await().ok()) << "it does not linger";
  TestRecord known("t", "k", "v");
  TestRecord unknown("u", "k", "v");
  kafka.Send(&known);
  kafka.Send(&unknown);
  more = false;
  drainer.join();
  EXPECT_EQ(result.delivered, 3);
  EXPECT_TRUE(result.NothingLost());
  TestRecord after("t", "k", "v");
  kafka.Send(&after);
  EXPECT_EQ(CodeOfReport(after.Await()), ErrorCode::kDraining);
}

// A client whose requests never end cannot keep the gateway from stopping.
TEST(KafkaProducer, ADrainEndsAtItsDeadlineWhateverMayCome) {
  EmbeddedKafka kafka;
  const auto result = kafka.producer().Drain(
      std::chrono::steady_clock::now() + std::chrono::milliseconds(50), [] { return true; });
  EXPECT_EQ(result.delivered, 0);
  TestRecord after("t", "k", "v");
  kafka.Send(&after);
  EXPECT_EQ(CodeOfReport(after.Await()), ErrorCode::kDraining);
}

TEST(KafkaProducer, ADrainWithoutABrokerEndsWithEveryRecordReported) {
  EmbeddedKafka kafka;
  TestRecord first("t", "k", "v");
  kafka.Send(&first);
  ASSERT_TRUE(first.Await().ok());
  rd_kafka_mock_broker_set_down(kafka.broker().cluster(), 1);
  TestRecord known("t", "k", "v");
  TestRecord unknown("u", "k", "v");
  kafka.Send(&known);
  kafka.Send(&unknown);
  const auto result = kafka.producer().Drain(std::chrono::steady_clock::now());
  EXPECT_EQ(result.not_persisted + result.possibly_persisted, 2);
  EXPECT_EQ(known.reports(), 1U);
  EXPECT_EQ(CodeOfReport(unknown.Await()), ErrorCode::kDraining);
}

TEST(KafkaProducer, AfterDrainNothingIsTaken) {
  EmbeddedKafka kafka;
  kafka.producer().Drain(std::chrono::steady_clock::now());
  TestRecord record("t", "k", "v");
  kafka.Send(&record);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kDraining);
}

TEST(KafkaProducer, BrokersAwayDuringALookupFailAllNamesWithinItsBound) {
  EmbeddedKafka kafka([](auto& options) { options.lookup.timeout = std::chrono::seconds(1); });
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  rd_kafka_mock_broker_set_down(kafka.broker().cluster(), 1);
  std::deque<TestRecord> records;
  for (int i = 0; i < 20; ++i) records.emplace_back("t" + std::to_string(i), "k", "v");
  for (TestRecord& record : records) kafka.Send(&record);
  for (TestRecord& record : records) {
    EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kBrokersUnavailable);
  }
}

TEST(KafkaProducer, ReadinessFollowsTheBroker) {
  EmbeddedKafka kafka;
  EXPECT_TRUE(kafka.metrics.WaitForReady(true));
  EXPECT_TRUE(kafka.producer().Status().embedded);
  rd_kafka_mock_broker_set_down(kafka.broker().cluster(), 1);
  EXPECT_TRUE(kafka.metrics.WaitForReady(false));
  EXPECT_FALSE(kafka.producer().Status().ready);
  rd_kafka_mock_broker_set_up(kafka.broker().cluster(), 1);
  EXPECT_TRUE(kafka.metrics.WaitForReady(true));
  EXPECT_TRUE(kafka.producer().Status().ready);
}

TEST(KafkaProducer, AFatalErrorIsLoggedOnceAndANewInstanceTakesOver) {
  EmbeddedKafka kafka;
  TestRecord before("t", "k", "v", 0);
  kafka.Send(&before);
  ASSERT_TRUE(before.Await().ok());
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  KafkaProducerTestPeer::MakeFatal(kafka.producer());
  TestRecord during("t", "k", "v", 0);
  kafka.Send(&during);
  EXPECT_TRUE(during.Await().ok()) << "it waits for the new instance";
  ASSERT_TRUE(kafka.logger.WaitFor("kafka-replaced"));
  TestRecord after("t", "k", "v", 0);
  kafka.Send(&after);
  EXPECT_TRUE(after.Await().ok());
  EXPECT_THAT(kafka.logger.Of("kafka-fatal"), SizeIs(1));
  EXPECT_THAT(kafka.logger.Of("kafka-replaced"), SizeIs(1));
  EXPECT_TRUE(kafka.metrics.WaitForReady(true));
}

TEST(KafkaProducer, RecordsUnsentAfterAFatalErrorAreStoredByTheNewInstanceInOrder) {
  EmbeddedKafka kafka([](auto& options) { options.kafka.linger_ms = 5'000; });
  std::deque<TestRecord> records;
  for (int i = 0; i < 100; ++i) records.emplace_back("t", "k", std::to_string(i), 1);
  kafka.SendAll(records);
  ASSERT_TRUE(kafka.metrics.WaitForReady(true));
  KafkaProducerTestPeer::MakeFatal(kafka.producer());  // while all of them linger
  for (TestRecord& record : records) ASSERT_TRUE(record.Await().ok());
  const auto read = ReadBack(kafka.broker().bootstrap_servers(), "t", 1, 100);
  ASSERT_THAT(read, SizeIs(100));
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(read[i].value, std::to_string(i));
}

TEST(KafkaProducer, TheEmbeddedBrokerSaysWhereItListens) {
  EmbeddedKafka kafka;
  const auto lines = kafka.logger.Of("embedded-kafka");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].text_fields.at("bootstrapServers"), kafka.broker().bootstrap_servers());
  EXPECT_THAT(lines[0].message, HasSubstr("keeps nothing"));
}

TEST(KafkaProducer, AConfigurationThatLibrdkafkaCannotStartWithIsASentence) {
  testing::SharedLogger logger;
  testing::ReadinessMetrics metrics;
  SystemClock clock;
  KafkaProducer::Options options;
  options.kafka.librdkafka = {{"security.protocol", "ssl"}, {"ssl.ca.location", "/nowhere.pem"}};
  const auto made = KafkaProducer::Create(options, logger, metrics, clock);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error(), HasSubstr("ssl.ca.location"));
}

TEST(KafkaProducer, ReportsStatisticsDeliveriesAndReplacements) {
  Counter statistics;
  Counter replaced;
  EmbeddedKafka kafka([&](KafkaProducer::Options& options) {
    options.on_statistics = [&statistics](std::size_t, std::string_view json) {
      if (json.find("\"brokers\"") != std::string_view::npos) statistics.Add();
    };
    options.on_replaced = [&replaced] { replaced.Add(); };
  });
  EXPECT_EQ(kafka.producer().Status().since_delivery, std::nullopt);
  TestRecord record("orders", std::nullopt, "v");
  kafka.Send(&record);
  ASSERT_TRUE(record.Await().ok());
  EXPECT_TRUE(kafka.producer().Status().since_delivery.has_value());
  EXPECT_GE(record.reported_at, record.dispatched_at);
  EXPECT_NE(record.dispatched_at, Clock::TimePoint());
  EXPECT_TRUE(statistics.WaitFor(1));

  KafkaProducerTestPeer::MakeFatal(kafka.producer());
  EXPECT_TRUE(replaced.WaitFor(1));
}

}  // namespace
}  // namespace gateway
