// Records that are queued again: rejected because of another record in their batch, or returned
// without being sent.
#include <gmock/gmock.h>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using testing::CodeOfReport;
using testing::HeldRecord;
using testing::RecordAccumulatorTest;
using ::testing::SizeIs;

TEST_F(RecordAccumulatorTest, OnlyTheBadRecordFailsAndTheOthersKeepTheirOrder) {
  AddTopic("t", {1});
  for (const char letter : std::string("abcdefgh")) Append("t", std::string(1, letter));
  static_cast<void>(Submit());
  Send("t", "i");
  RunBroker("t", "f");
  EXPECT_EQ(Log("t"), "abcdeghi");
  ASSERT_THAT(records_[5].reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(records_[5].reports[0]), ErrorCode::kRecordTooLarge);
  EXPECT_EQ(queue_->pending(), 0U);
  for (const HeldRecord& record : records_) EXPECT_THAT(record.reports, SizeIs(1));
}

TEST_F(RecordAccumulatorTest, SeveralBadRecordsAreAllFound) {
  AddTopic("t", {1});
  for (const char letter : std::string("abcdefgh")) Append("t", std::string(1, letter));
  static_cast<void>(Submit());
  RunBroker("t", "adh");
  EXPECT_EQ(Log("t"), "bcefg");
}

TEST_F(RecordAccumulatorTest, OneBadRecordAmongManyCostsFewBatches) {
  AddTopic("t", {1});
  for (int i = 0; i < 1'000; ++i) Append("t", i == 700 ? "!" : "a");
  static_cast<void>(Submit());
  EXPECT_LT(RunBroker("t", "!"), 40);
  EXPECT_EQ(Log("t"), std::string(999, 'a'));
}

TEST_F(RecordAccumulatorTest, WhenAllRecordsAreBadTheBisectionEnds) {
  Make({.rejections = 10});
  AddTopic("t", {1});
  for (int i = 0; i < 1'000; ++i) Append("t", "!");
  static_cast<void>(Submit());
  EXPECT_LT(RunBroker("t", "!"), 40);
  for (const HeldRecord& record : records_) ASSERT_THAT(record.reports, SizeIs(1));
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, ARejectedBatchWithAnotherBehindItFailsWhole) {
  AddTopic("t", {1});
  HeldRecord& first = Append("t", "a");
  HeldRecord& second = Append("t", "b");
  HeldRecord& behind = Append("t", "c");
  static_cast<void>(Submit());
  // librdkafka made two batches of the three.
  RecordAccumulator::Reported rejected{"t", 0, 2};
  rejected.retry.Push(&first);
  rejected.retry.Push(&second);
  rejected.rejected = true;
  rejected.code = ErrorCode::kRecordTooLarge;
  queue_->OnReports({&rejected, 1});
  EXPECT_EQ(CodeOfReport(first.reports.at(0)), ErrorCode::kRecordTooLarge);
  EXPECT_THAT(second.reports, SizeIs(1));
  EXPECT_THAT(behind.reports, SizeIs(0));
  EXPECT_EQ(queue_->pending(), 1U);
}

TEST_F(RecordAccumulatorTest, WhileItBisectsARejectedBatchWithAnotherBehindItFailsWholeToo) {
  AddTopic("t", {1});
  for (const char letter : std::string("abcdefgh")) Append("t", std::string(1, letter));
  static_cast<void>(Submit());
  GiveBack("t", true);  // the whole batch: a to d are sent again first
  ASSERT_EQ((kafka_.in_flight[{"t", 0}].size()), 4U);
  // librdkafka made two batches of the four.
  RecordAccumulator::Reported rejected{"t", 0, 2};
  rejected.retry.Push(&records_[0]);
  rejected.retry.Push(&records_[1]);
  rejected.rejected = true;
  rejected.code = ErrorCode::kRecordTooLarge;
  queue_->OnReports({&rejected, 1});
  EXPECT_THAT(records_[0].reports, SizeIs(1)) << "sent again it would come after the other batch";
  EXPECT_THAT(records_[1].reports, SizeIs(1));
  EXPECT_EQ(queue_->pending(), 6U);
}

TEST_F(RecordAccumulatorTest, RecordsUnsentAfterAFatalErrorGoFirstOnTheNewInstance) {
  AddTopic("t", {1});
  Append("t", "a");
  Append("t", "b");
  static_cast<void>(Submit());
  Send("t", "c");
  queue_->Pause();
  GiveBack("t", false);
  EXPECT_EQ(Log("t"), "");
  queue_->Resume();
  EXPECT_EQ(Log("t"), "abc");
}

TEST_F(RecordAccumulatorTest, RecordsRequeuedOutOfOrderAreSentInOrder) {
  AddTopic("t", {1});
  HeldRecord& first = Append("t", "a");
  HeldRecord& second = Append("t", "b");
  HeldRecord& third = Append("t", "c");
  static_cast<void>(Submit());
  kafka_.log.clear();
  queue_->Pause();
  for (HeldRecord* record : {&second, &first, &third}) {
    RecordAccumulator::Reported reported{"t", 0, 1};
    reported.retry.Push(record);
    queue_->OnReports({&reported, 1});
  }
  queue_->Resume();
  EXPECT_EQ(Log("t"), "abc");
}

TEST_F(RecordAccumulatorTest, ARecordWhoseDeadlineCameInFlightIsNotSentAgain) {
  AddTopic("t", {1});
  HeldRecord& late = Append("t", "a");
  Append("t", "b");
  static_cast<void>(Submit());
  ASSERT_FALSE(late.Withdraw());
  GiveBack("t", false);
  EXPECT_EQ(Log("t"), "b");
  ASSERT_THAT(late.reports, SizeIs(1));
  EXPECT_EQ(late.reports[0].error().persistence, Persistence::kNotPersisted);
}

}  // namespace
}  // namespace gateway
