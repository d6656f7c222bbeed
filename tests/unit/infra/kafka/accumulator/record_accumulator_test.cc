// When records are dispatched: rounds, brokers, turns, order. straggler_test.cc has slow
// partitions, held_records_test.cc records that are withdrawn or fail.
#include "infra/kafka/accumulator/record_accumulator.h"

#include <gmock/gmock.h>

#include <chrono>

#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::CodeOfReport;
using ::testing::ElementsAre;
using testing::HeldRecord;
using testing::RecordAccumulatorTest;

TEST_F(RecordAccumulatorTest, ARecordForAnIdleBrokerIsDispatchedAtOnce) {
  AddTopic("t", {1});
  Send("t", "a");
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(RecordAccumulatorTest, ARequestIsDispatchedAsOneRound) {
  AddTopic("t", {1});
  Append("t", "a");
  Append("t", "b");
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t"), "ab");
  EXPECT_THAT(metrics_.dispatch_rounds, ElementsAre(2U));
}

TEST_F(RecordAccumulatorTest,
       WhileARoundIsInFlightRecordsAreHeldAndThenAllPartitionsAreDispatched) {
  AddTopic("t", {1, 1, 1});
  Send("t", "a", 0);
  Send("t", "b", 0);
  Send("t", "c", 1);
  Send("t", "d", 2);
  EXPECT_EQ(Log("t", 0) + Log("t", 1) + Log("t", 2), "a");
  EXPECT_EQ(metrics_.records_held, 3);
  Store("t", 0);
  EXPECT_EQ(Log("t", 0), "ab");
  EXPECT_EQ(Log("t", 1), "c");
  EXPECT_EQ(Log("t", 2), "d");
  EXPECT_THAT(metrics_.dispatch_rounds, ElementsAre(1U, 3U));
  EXPECT_EQ(metrics_.records_held, 0);
}

TEST_F(RecordAccumulatorTest, TheNextRoundWaitsForTheLastReportOfTheFirst) {
  AddTopic("t", {1, 1});
  Append("t", "a", 0);
  Append("t", "b", 1);
  static_cast<void>(Submit());
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 1);
  EXPECT_EQ(Log("t", 0), "ac");
}

TEST_F(RecordAccumulatorTest, ASlowLeaderDoesNotHoldUpAnother) {
  AddTopic("t", {1, 2});
  Send("t", "a", 0);
  Send("t", "b", 1);
  Store("t", 1);
  Send("t", "c", 1);
  EXPECT_EQ(Log("t", 1), "bc");
}

TEST_F(RecordAccumulatorTest, APartitionOutOfRangeFailsItsRecordOnly) {
  AddTopic("t", {1, 1});
  HeldRecord& above = Append("t", "a", 2);
  HeldRecord& below = Append("t", "b", -1);
  Append("t", "c", 1);
  EXPECT_TRUE(Submit().partition_not_found);
  EXPECT_EQ(CodeOfReport(above.reports.at(0)), ErrorCode::kPartitionNotFound);
  EXPECT_EQ(CodeOfReport(below.reports.at(0)), ErrorCode::kPartitionNotFound);
  EXPECT_EQ(Log("t", 1), "c");
  EXPECT_EQ(queue_->pending(), 1U);
}

TEST_F(RecordAccumulatorTest, AnUnknownTopicIsToBeResolvedOnceAndItsRecordsGoOutInOrder) {
  Append("t", "a");
  Append("t", "b");
  EXPECT_THAT(Submit().to_resolve, ElementsAre("t"));
  Append("t", "c");
  EXPECT_THAT(Submit().to_resolve, ElementsAre()) << "it is being resolved";
  EXPECT_EQ(queue_->pending(), 3U);
  EXPECT_EQ(metrics_.records_held, 3);
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(Log("t"), "abc");
  EXPECT_EQ(metrics_.records_held, 0);
}

TEST_F(RecordAccumulatorTest, RecordsOfATopicThatIsNotFoundFailAndTheNextIsResolvedAgain) {
  HeldRecord& record = Append("t", "a");
  static_cast<void>(Submit());
  queue_->FailUnresolved("t", ErrorCode::kTopicNotFound);
  EXPECT_EQ(CodeOfReport(record.reports.at(0)), ErrorCode::kTopicNotFound);
  EXPECT_EQ(queue_->pending(), 0U);
  Append("t", "b");
  EXPECT_THAT(Submit().to_resolve, ElementsAre("t"));
  queue_->FailUnresolved("t", ErrorCode::kTopicNotFound);
}

TEST_F(RecordAccumulatorTest, ARecordThatWaitedForItsTopicMayAskForAPartitionThatIsNotThere) {
  HeldRecord& record = Append("t", "a", 7);
  static_cast<void>(Submit());
  queue_->SetLayout("t", {{1, 1}});
  EXPECT_EQ(CodeOfReport(record.reports.at(0)), ErrorCode::kPartitionNotFound);
}

TEST_F(RecordAccumulatorTest, ARecordThatIsWithdrawnWhileItsTopicIsResolvedIsSwept) {
  HeldRecord& first = Append("t", "a");
  Append("t", "b");
  static_cast<void>(Submit());
  ASSERT_TRUE(first.Withdraw());
  queue_->OnWithdrawn(1);
  queue_->Sweep();
  EXPECT_EQ(first.reports.at(0).error().persistence, Persistence::kNotPersisted);
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(Log("t"), "b");
}

TEST_F(RecordAccumulatorTest, NoRecordOvertakesThoseThatWaitForTheTopic) {
  constexpr int kRecords = 2'000;
  std::string expected;
  for (int i = 0; i < kRecords; ++i) {
    expected += static_cast<char>('a' + i % 26);
    Append("t", expected.substr(expected.size() - 1));
  }
  EXPECT_THAT(Submit().to_resolve, ElementsAre("t")) << "one long request, in several slices";
  Send("t", "!");
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(Log("t"), expected + "!");
}

TEST_F(RecordAccumulatorTest, AKeyGoesWhereJavaPutsItAndAnEmptyKeyIsAKey) {
  AddTopic("t", {1, 1, 1, 1});
  HeldRecord& keyed = records_.emplace_back("t", "foobar", "a", std::nullopt);
  HeldRecord& empty = records_.emplace_back("t", "", "b", std::nullopt);
  request_.Push(&keyed);
  request_.Push(&empty);
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t", 2), "a");
  EXPECT_EQ(Log("t", 275646681 % 4), "b");
}

TEST_F(RecordAccumulatorTest, RecordsWithoutAKeyShareAPartitionForARoundAndThenMoveOn) {
  AddTopic("t", {1, 1, 1});
  const auto sent_to = [this] {
    std::vector<Partition> places;
    for (auto& [place, in_flight] : kafka_.in_flight) {
      if (!in_flight.empty()) places.push_back(place.second);
    }
    return places;
  };
  for (const char* value : {"a", "b", "c"}) Append("t", value, std::nullopt);
  static_cast<void>(Submit());
  const auto first = sent_to();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(Log("t", first[0]), "abc");
  Append("t", "d", std::nullopt);
  Append("t", "e", std::nullopt);
  static_cast<void>(Submit());
  Store("t", first[0]);
  const auto second = sent_to();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(first[0], second[0]);
}

TEST_F(RecordAccumulatorTest, RecordsWithoutAKeyAvoidALeaderThatIsDown) {
  AddTopic("t", {1, 2});
  BrokersAre({Down(1), Up(2)});
  for (int i = 0; i < 4; ++i) {
    Send("t", "a", std::nullopt);
    Store("t", 1);
  }
  EXPECT_EQ(Log("t", 0), "");
  EXPECT_EQ(Log("t", 1), "aaaa");
}

TEST_F(RecordAccumulatorTest, APartitionHasAtMostOneBatchInARound) {
  Make({.partition_records = 3});
  AddTopic("t", {1});
  for (const char* value : {"a", "b", "c", "d", "e", "f", "g"}) Append("t", value);
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t"), "abc");
  Store("t");
  EXPECT_EQ(Log("t"), "abcdef");
}

TEST_F(RecordAccumulatorTest, ABatchIsBoundedInBytesButOneRecordAlwaysFits) {
  Make({.partition_bytes = 400});
  AddTopic("t", {1});
  Append("t", std::string(1'000, 'x'));
  Append("t", "a");
  Append("t", "b");
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t").size(), 1'000U);
  Store("t");
  EXPECT_EQ(Log("t").size(), 1'002U);
}

TEST_F(RecordAccumulatorTest, ABulkOfOneTopicDoesNotMakeAnotherWaitForItsWholeLength) {
  Make({.partition_records = 2, .round_records = 4});
  AddTopic("bulk", {1, 1, 1, 1});
  AddTopic("other", {1});
  for (Partition partition = 0; partition < 4; ++partition) {
    for (const char* value : {"a", "b", "c"}) Append("bulk", value, partition);
  }
  Append("other", "x");
  static_cast<void>(Submit());
  EXPECT_EQ(Log("other"), "x");
  EXPECT_EQ(Log("bulk", 0), "ab");
  EXPECT_EQ(Log("bulk", 1), "ab") << "partitions of a topic in turn";
  EXPECT_EQ(Log("bulk", 2), "") << "the round is full";
  Store("other");
  Store("bulk", 0);
  Store("bulk", 1);
  EXPECT_EQ(Log("bulk", 2), "ab");
  EXPECT_EQ(Log("bulk", 3), "ab");
}

TEST_F(RecordAccumulatorTest, ALeaderThatIsDownGetsNothingUntilItIsUp) {
  AddTopic("t", {1});
  queue_->MarkDown(1);
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  EXPECT_TRUE(queue_->WaitsForLeader());
  BrokersAre({Up(1)});
  EXPECT_EQ(Log("t"), "a");
  EXPECT_FALSE(queue_->WaitsForLeader());
}

TEST_F(RecordAccumulatorTest, WithoutALeaderRecordsWaitForOne) {
  AddTopic("t", {PartitionLeader::None()});
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  EXPECT_TRUE(queue_->WaitsForLeader());
  queue_->SetLayout("t", {{2}});
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(RecordAccumulatorTest, APartitionThatMovesWhileInFlightStaysClosed) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  Send("t", "b", 0);
  Send("t", "c", 1);
  queue_->SetLayout("t", {{2, 2}});
  EXPECT_EQ(Log("t", 1), "c") << "the new leader is idle";
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 1);
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 0);
  EXPECT_EQ(Log("t", 0), "ab");
}

TEST_F(RecordAccumulatorTest, AddedPartitionsAreUsed) {
  AddTopic("t", {1});
  EXPECT_EQ(queue_->PartitionsOf("t"), 1);
  queue_->SetLayout("t", {{1, 1}});
  Send("t", "a", 1);
  EXPECT_EQ(Log("t", 1), "a");
}

TEST_F(RecordAccumulatorTest, NothingIsDispatchedWhileTheInstanceIsReplaced) {
  AddTopic("t", {1});
  queue_->Pause();
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  queue_->Resume();
  EXPECT_EQ(Log("t"), "a");
}

}  // namespace
}  // namespace gateway
