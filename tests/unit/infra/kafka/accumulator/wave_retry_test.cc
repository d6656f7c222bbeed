// Records that come back and go again: refused with somebody else, or given up unsent.
#include <gmock/gmock.h>

#include "infra/kafka/accumulator/wave_queue.h"
#include "support/cpp/wave_queue_fixture.h"

namespace gateway {
namespace {

using testing::CodeOfReport;
using testing::HeldRecord;
using ::testing::SizeIs;
using testing::WaveQueueTest;

TEST_F(WaveQueueTest, OnlyTheRecordAtFaultFailsAndTheOthersKeepTheirOrder) {
  AddTopic("t", {1});
  for (const char letter : std::string("abcdefgh")) Push("t", std::string(1, letter));
  queue_->Kick();
  Send("t", "i");
  RunBroker("t", "f");
  EXPECT_EQ(Log("t"), "abcdeghi");
  ASSERT_THAT(records_[5].reports, SizeIs(1));
  EXPECT_EQ(CodeOfReport(records_[5].reports[0]), ErrorCode::kRecordTooLarge);
  EXPECT_EQ(queue_->pending(), 0U);
  for (const HeldRecord& record : records_) EXPECT_THAT(record.reports, SizeIs(1));
}

TEST_F(WaveQueueTest, SeveralAtFaultAreAllFound) {
  AddTopic("t", {1});
  for (const char letter : std::string("abcdefgh")) Push("t", std::string(1, letter));
  queue_->Kick();
  RunBroker("t", "adh");
  EXPECT_EQ(Log("t"), "bcefg");
}

TEST_F(WaveQueueTest, OneAtFaultAmongManyCostsFewBatches) {
  AddTopic("t", {1});
  for (int i = 0; i < 1'000; ++i) Push("t", i == 700 ? "!" : "a");
  queue_->Kick();
  EXPECT_LT(RunBroker("t", "!"), 40);
  EXPECT_EQ(Log("t"), std::string(999, 'a'));
}

TEST_F(WaveQueueTest, WhenAllAreAtFaultTheSearchEnds) {
  Make({.refusals = 10});
  AddTopic("t", {1});
  for (int i = 0; i < 1'000; ++i) Push("t", "!");
  queue_->Kick();
  EXPECT_LT(RunBroker("t", "!"), 40);
  for (const HeldRecord& record : records_) ASSERT_THAT(record.reports, SizeIs(1));
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(WaveQueueTest, ARefusedBatchWithAnotherBehindItFailsWhole) {
  AddTopic("t", {1});
  HeldRecord& first = Push("t", "a");
  HeldRecord& second = Push("t", "b");
  HeldRecord& behind = Push("t", "c");
  queue_->Kick();
  // librdkafka made two batches of the three.
  WaveQueue::Reported refused{"t", 0, 2};
  refused.again.Push(&first);
  refused.again.Push(&second);
  refused.refused = true;
  refused.code = ErrorCode::kRecordTooLarge;
  queue_->OnReports({&refused, 1});
  EXPECT_EQ(CodeOfReport(first.reports.at(0)), ErrorCode::kRecordTooLarge);
  EXPECT_THAT(second.reports, SizeIs(1));
  EXPECT_THAT(behind.reports, SizeIs(0));
  EXPECT_EQ(queue_->pending(), 1U);
}

TEST_F(WaveQueueTest, WhatAFatalErrorLeftUnsentGoesFirstOnTheNewInstance) {
  AddTopic("t", {1});
  Push("t", "a");
  Push("t", "b");
  queue_->Kick();
  Send("t", "c");
  queue_->Pause();
  GiveBack("t", false);
  EXPECT_EQ(Log("t"), "");
  queue_->Resume();
  EXPECT_EQ(Log("t"), "abc");
}

TEST_F(WaveQueueTest, WhatComesBackInTheWrongOrderStillGoesInTheRightOne) {
  AddTopic("t", {1});
  HeldRecord& first = Push("t", "a");
  HeldRecord& second = Push("t", "b");
  HeldRecord& third = Push("t", "c");
  queue_->Kick();
  kafka_.log.clear();
  queue_->Pause();
  for (HeldRecord* record : {&second, &first, &third}) {
    WaveQueue::Reported reported{"t", 0, 1};
    reported.again.Push(record);
    queue_->OnReports({&reported, 1});
  }
  queue_->Resume();
  EXPECT_EQ(Log("t"), "abc");
}

TEST_F(WaveQueueTest, ARecordWhoseDeadlineCameWhileItWasOutIsNotSentAgain) {
  AddTopic("t", {1});
  HeldRecord& late = Push("t", "a");
  Push("t", "b");
  queue_->Kick();
  ASSERT_FALSE(late.Withdraw());
  GiveBack("t", false);
  EXPECT_EQ(Log("t"), "b");
  ASSERT_THAT(late.reports, SizeIs(1));
  EXPECT_EQ(late.reports[0].error().persistence, Persistence::kNotPersisted);
}

}  // namespace
}  // namespace gateway
