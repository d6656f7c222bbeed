// Records that are not simply dispatched: they are refused, queued again, withdrawn, or fail.
#include <gmock/gmock.h>

#include <chrono>
#include <vector>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "service/ports/clock.h"
#include "service/types/error.h"
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::CodeOfReport;
using ::testing::ElementsAre;
using testing::HeldRecord;
using testing::RecordAccumulatorTest;
using ::testing::SizeIs;

TEST_F(RecordAccumulatorTest, OnlyARefusedRecordFails) {
  AddTopic("t", {1});
  kafka_.refused = "b";
  Append("t", "a");
  HeldRecord& refused = Append("t", "b");
  Append("t", "c");
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t"), "ac");
  ASSERT_THAT(refused.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(refused.reports[0]), ErrorCode::kRecordTooLarge);
  Store("t");
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, ARoundThatIsRefusedWholeLeavesTheBrokerOpen) {
  AddTopic("t", {1});
  kafka_.refused = "b";
  Send("t", "b");
  Send("t", "c");
  EXPECT_EQ(Log("t"), "c");
}

TEST_F(RecordAccumulatorTest, RecordsThatAFullQueueRejectsAreSentLaterInOrder) {
  AddTopic("t", {1, 1});
  kafka_.room = 2;
  for (const char* value : {"a", "b", "c"}) Append("t", value);
  Append("t", "x", 1);
  static_cast<void>(Submit());
  EXPECT_EQ(Log("t"), "ab");
  Send("t", "d");
  EXPECT_EQ(Log("t"), "ab");
  kafka_.room = 100;
  Store("t");
  EXPECT_EQ(Log("t"), "abcd");
  EXPECT_EQ(Log("t", 1), "x");
}

TEST_F(RecordAccumulatorTest, WithNothingInFlightAFullQueueIsTriedAgainAtATick) {
  AddTopic("t", {1});
  kafka_.room = 0;
  Send("t", "a");
  kafka_.room = 1;
  queue_->Tick();
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(RecordAccumulatorTest, AWithdrawnRecordIsNeverSentAndIsReportedOnce) {
  AddTopic("t", {1});
  Send("t", "a");
  HeldRecord& withdrawn = Send("t", "b");
  Send("t", "c");
  ASSERT_TRUE(withdrawn.Withdraw());
  queue_->OnWithdrawn(1);
  Store("t");
  EXPECT_EQ(Log("t"), "ac");
  ASSERT_THAT(withdrawn.reports, SizeIs(1));
  EXPECT_EQ(withdrawn.reports[0].error().persistence, Persistence::kNotPersisted);
  queue_->Sweep();
  EXPECT_THAT(withdrawn.reports, SizeIs(1));
}

TEST_F(RecordAccumulatorTest, WithdrawnRecordsAreSweptWhileTheirLeaderStaysDown) {
  AddTopic("t", {1});
  queue_->MarkDown(1);
  HeldRecord& first = Send("t", "a");
  HeldRecord& kept = Send("t", "b");
  HeldRecord& third = Send("t", "c");
  ASSERT_TRUE(first.Withdraw());
  ASSERT_TRUE(third.Withdraw());
  queue_->OnWithdrawn(2);
  queue_->Sweep();
  EXPECT_THAT(first.reports, SizeIs(1));
  EXPECT_THAT(third.reports, SizeIs(1));
  EXPECT_THAT(kept.reports, SizeIs(0));
  EXPECT_EQ(queue_->pending(), 1U);
  EXPECT_EQ(metrics_.records_held, 1);
  BrokersAre({Up(1)});
  EXPECT_EQ(Log("t"), "b");
}

TEST_F(RecordAccumulatorTest, AWithdrawnRecordIsNotReportedAsFailed) {
  AddTopic("t", {1});
  queue_->MarkDown(1);
  HeldRecord& withdrawn = Send("t", "a");
  HeldRecord& failed = Send("t", "b");
  HeldRecord& unresolved = Send("unknown", "c");
  ASSERT_TRUE(withdrawn.Withdraw());
  ASSERT_TRUE(unresolved.Withdraw());
  queue_->OnWithdrawn(2);
  queue_->FailHeld(ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(CodeOfReport(withdrawn.reports.at(0)), ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(CodeOfReport(unresolved.reports.at(0)), ErrorCode::kDeliveryTimeout);
  EXPECT_EQ(CodeOfReport(failed.reports.at(0)), ErrorCode::kBrokersUnavailable);
}

TEST_F(RecordAccumulatorTest, AFewInTheMiddleOfAnUnresolvedTopicAreSweptWithinASecond) {
  for (int i = 0; i < 100; ++i) Append("unknown", "a");
  static_cast<void>(Submit());
  ASSERT_TRUE(records_[0].Withdraw());
  queue_->OnWithdrawn(1);
  queue_->Sweep();
  ASSERT_THAT(records_[0].reports, SizeIs(1));
  ASSERT_TRUE(records_[1].Withdraw());
  ASSERT_TRUE(records_[50].Withdraw());
  queue_->OnWithdrawn(2);
  queue_->Sweep();
  EXPECT_THAT(records_[1].reports, SizeIs(1)) << "at the head";
  EXPECT_THAT(records_[50].reports, SizeIs(0));
  clock_.Advance(milliseconds(1'000));
  queue_->Sweep();
  EXPECT_THAT(records_[50].reports, SizeIs(1));
  AddTopic("unknown", {1});
  EXPECT_EQ(Log("unknown").size(), 97U);
}

TEST_F(RecordAccumulatorTest, AFewInTheMiddleOfManyAreSweptWithinASecond) {
  AddTopic("t", {1});
  queue_->MarkDown(1);
  for (int i = 0; i < 100; ++i) Append("t", "a");
  static_cast<void>(Submit());
  ASSERT_TRUE(records_[50].Withdraw());
  ASSERT_TRUE(records_[60].Withdraw());
  queue_->OnWithdrawn(2);
  queue_->Sweep();
  EXPECT_THAT(records_[50].reports, SizeIs(1)) << "the first time the whole queue is searched";
  ASSERT_TRUE(records_[70].Withdraw());
  queue_->OnWithdrawn(1);
  queue_->Sweep();
  EXPECT_THAT(records_[70].reports, SizeIs(0));
  clock_.Advance(milliseconds(1'000));
  queue_->Sweep();
  EXPECT_THAT(records_[70].reports, SizeIs(1));
}

TEST_F(RecordAccumulatorTest, RecordsRequeuedAfterTheirDeadlineAreReportedNotSent) {
  AddTopic("t", {1});
  // Its deadline comes during the call into librdkafka.
  HeldRecord& late = Append("t", "a");
  kafka_.room = 0;
  kafka_.before_refusal = [&late] { EXPECT_FALSE(late.Withdraw()); };
  static_cast<void>(Submit());
  ASSERT_THAT(late.reports, SizeIs(1));
  EXPECT_EQ(late.reports[0].error().persistence, Persistence::kNotPersisted);
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, ATopicThatIsGoneFailsWhatItHolds) {
  AddTopic("t", {1});
  Send("t", "a");
  HeldRecord& held = Send("t", "b");
  queue_->Forget("t");
  ASSERT_THAT(held.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(held.reports[0]), ErrorCode::kTopicNotFound);
  Append("t", "c");
  EXPECT_THAT(Submit().to_resolve, ElementsAre("t")) << "it is not known any more";
  queue_->FailUnresolved("t", ErrorCode::kTopicNotFound);
  Store("t");
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, APartitionThatIsGoneFailsWhatItHolds) {
  AddTopic("t", {1, 1});
  Send("t", "a", 1);
  HeldRecord& held = Send("t", "b", 1);
  queue_->SetLayout("t", {{1}});
  ASSERT_THAT(held.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(held.reports[0]), ErrorCode::kPartitionNotFound);
}

TEST_F(RecordAccumulatorTest, AStuckTopicLeavesCapacityForOthers) {
  Make({.topic_records = 2});
  AddTopic("stuck", {1});
  AddTopic("t", {2});
  queue_->MarkDown(1);
  HeldRecord& first = Send("stuck", "a");
  Send("stuck", "b");
  Append("stuck", "c");
  EXPECT_EQ(Submit().topic_at_limit, "stuck");
  Send("t", "x");
  EXPECT_EQ(Log("t"), "x");
  ASSERT_TRUE(first.Withdraw());
  queue_->OnWithdrawn(1);
  queue_->Sweep();
  Append("stuck", "d");
  EXPECT_FALSE(Submit().topic_at_limit.has_value());
  BrokersAre({Up(1)});
  EXPECT_EQ(Log("stuck"), "bd");
}

TEST_F(RecordAccumulatorTest, ARequestWithOneTopicAtItsLimitIsRefusedAsAWhole) {
  Make({.topic_records = 1});
  AddTopic("stuck", {1});
  AddTopic("t", {2});
  queue_->MarkDown(1);
  Send("stuck", "a");
  HeldRecord& other = Append("t", "x");
  Append("stuck", "b");
  EXPECT_EQ(Submit().topic_at_limit, "stuck");
  EXPECT_EQ(Log("t"), "");
  EXPECT_THAT(other.reports, SizeIs(0));
  EXPECT_EQ(queue_->pending(), 1U);
}

TEST_F(RecordAccumulatorTest, ATopicsBytesAreBoundedToo) {
  Make({.topic_bytes = 300});
  AddTopic("t", {1});
  queue_->MarkDown(1);
  Send("t", std::string(300, 'x'));
  Append("t", "a");
  EXPECT_EQ(Submit().topic_at_limit, "t");
  BrokersAre({Up(1)});
  Append("t", "b");
  EXPECT_FALSE(Submit().topic_at_limit.has_value()) << "what is in flight is not queued here";
}

TEST_F(RecordAccumulatorTest, ADrainThatGivesUpFailsAllQueuedRecords) {
  AddTopic("t", {1});
  HeldRecord& in_flight = Send("t", "a");
  HeldRecord& held = Send("t", "b");
  queue_->FailHeld(ErrorCode::kDraining);
  ASSERT_THAT(held.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(held.reports[0]), ErrorCode::kDraining);
  EXPECT_THAT(in_flight.reports, SizeIs(0));
  EXPECT_EQ(queue_->pending(), 1U);
}

TEST_F(RecordAccumulatorTest, ARecordQueuedForTooLongFailsNotPersisted) {
  AddTopic("t", {1});
  BrokersAre({Down(1)});
  const auto tick_for = [this](int seconds) {
    for (int i = 0; i < seconds; ++i) {
      queue_->Tick();
      clock_.Advance(std::chrono::seconds(1));
    }
  };
  const HeldRecord& early = Send("t", "a");
  tick_for(10);
  const HeldRecord& late = Send("t", "b");
  tick_for(14);
  EXPECT_TRUE(early.reports.empty());
  tick_for(3);
  ASSERT_EQ(early.reports.size(), 1U);
  EXPECT_EQ(CodeOfReport(early.reports[0]), ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(early.reports[0].error().persistence, Persistence::kNotPersisted);
  EXPECT_TRUE(late.reports.empty()) << "each has its own time";
  BrokersAre({Up(1)});
  EXPECT_EQ(Log("t"), "b");
}

TEST_F(RecordAccumulatorTest, AShortLimitHoldsForQueuedAndForUnresolvedRecords) {
  Make({.max_held = milliseconds(200)});
  AddTopic("t", {1});
  BrokersAre({Down(1)});
  const HeldRecord& queued = Send("t", "a");
  const HeldRecord& unresolved = Send("unknown", "b");
  for (int i = 0; i < 6; ++i) {
    queue_->Tick();
    clock_.Advance(milliseconds(50));
  }
  ASSERT_THAT(queued.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(queued.reports[0]), ErrorCode::kBrokersUnavailable);
  EXPECT_THAT(unresolved.reports, SizeIs(1));
}

TEST_F(RecordAccumulatorTest, ARecordIsPendingUntilItsFailureHasBeenReported) {
  std::vector<std::size_t> pending;
  kafka_.on_report = [&] { pending.push_back(queue_->pending()); };
  Append("unknown", "a");
  Append("unknown", "b");
  static_cast<void>(Submit());
  queue_->FailUnresolved("unknown", ErrorCode::kTopicNotFound);
  EXPECT_THAT(pending, ElementsAre(2U, 2U)) << "a drain would end before the reports";
  AddTopic("t", {1});
  kafka_.refused = "c";
  Send("t", "c");
  EXPECT_EQ(pending.back(), 1U);
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, TooFewReplicasAreReportedSoonAndNothingIsSent) {
  RecordAccumulator::Options options;
  options.max_held_unreplicated = std::chrono::seconds(1);
  Make(options);
  AddTopic("t", {PartitionLeader::TooFewReplicas(), 1});
  HeldRecord& record = Send("t", "a", 0);
  queue_->Tick();
  clock_.Advance(std::chrono::milliseconds(999));
  queue_->Tick();
  EXPECT_THAT(record.reports, SizeIs(0));
  EXPECT_TRUE(queue_->WaitsForLeader()) << "the directory is to ask again";
  clock_.Advance(std::chrono::milliseconds(1));
  queue_->Tick();
  ASSERT_THAT(record.reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(record.reports[0]), ErrorCode::kNotEnoughReplicas);
  EXPECT_EQ(record.reports[0].error().persistence, Persistence::kNotPersisted);
  EXPECT_EQ(Log("t", 0), "");
}

TEST_F(RecordAccumulatorTest, IsDispatchedOnceEnoughReplicasAreInSync) {
  AddTopic("t", {PartitionLeader::TooFewReplicas()});
  Send("t", "a", 0);
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(Log("t", 0), "a");
}

TEST_F(RecordAccumulatorTest, RecordsWithoutAKeyGoWhereEnoughReplicasAreInSync) {
  AddTopic("t", {PartitionLeader::TooFewReplicas(), 1, PartitionLeader::TooFewReplicas()});
  for (int i = 0; i < 5; ++i) Send("t", "a", std::nullopt);
  EXPECT_EQ(Log("t", 1), "a") << "the others wait for it";
  Store("t", 1);
  EXPECT_EQ(Log("t", 1), "aaaaa");
}

TEST_F(RecordAccumulatorTest, ARecordKnowsWhenItsRoundWasDispatched) {
  AddTopic("t", {1});
  const Clock::TimePoint start = clock_.Now();
  HeldRecord& first = Send("t", "a");
  clock_.Advance(milliseconds(3));
  HeldRecord& held = Send("t", "b");
  EXPECT_EQ(first.dispatched_at, start);
  EXPECT_EQ(held.dispatched_at, Clock::TimePoint());
  Store("t");
  EXPECT_EQ(held.dispatched_at, start + milliseconds(3));
}

}  // namespace
}  // namespace gateway
