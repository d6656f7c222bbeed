// When the next round to a broker lingers for more records.
#include <gmock/gmock.h>

#include <chrono>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "service/ports/clock.h"
#include "service/types/error.h"
#include "service/types/record.h"
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::RecordAccumulatorTest;

// Partition i is led by broker i + 1. Each has had a round of 64 ms, so one usually takes 8.
class LingerTest : public RecordAccumulatorTest {
 protected:
  LingerTest() {
    AddTopic("t", {1, 2, 3});
    for (Partition i = 0; i < 3; ++i) Send("t", "-", i);
    clock_.Advance(milliseconds(64));
    for (Partition i = 0; i < 3; ++i) Store("t", i);
  }
  // All records dispatched since the beginning.
  std::string Sent(Partition partition) { return Log("t", partition).substr(1); }
};

TEST_F(LingerTest, ABrokerLingersForTheRoundsOfOthersAndThenAllAreDispatched) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Send("t", "d", 1);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "a");
  Store("t", 1);
  EXPECT_EQ(Sent(0), "ac");
  EXPECT_EQ(Sent(1), "bd");
}

TEST_F(LingerTest, RecordsAppendedDuringALingerJoinTheRound) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);
  Send("t", "d", 0);
  EXPECT_EQ(Sent(0), "a");
  Store("t", 1);
  EXPECT_EQ(Sent(0), "acd");
}

TEST_F(LingerTest, ALingerForOthersEndsAfterHalfAUsualRound) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);  // at once: the usual round time is 7 ms now
  EXPECT_EQ(queue_->ReleaseLingering(), microseconds(3'500));
  clock_.Advance(milliseconds(3));
  EXPECT_EQ(queue_->ReleaseLingering(), microseconds(500));
  EXPECT_EQ(Sent(0), "a");
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(queue_->ReleaseLingering(), Clock::TimePoint::duration::max());
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(LingerTest, BatchesThatLibrdkafkaDoesNotTakeAreNoRounds) {
  kafka_.room = 0;
  Send("t", "x", 0);
  for (int i = 0; i < 10; ++i) queue_->Tick();
  kafka_.room = 1'000;
  queue_->Tick();
  clock_.Advance(milliseconds(8));
  Store("t", 0);  // the usual round time is 8 ms still
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(queue_->ReleaseLingering(), microseconds(3'500));
}

TEST_F(LingerTest, ABrokerWithNothingQueuedDoesNotLinger) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Store("t", 0);
  Send("t", "c", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(LingerTest, ABrokerThatIsDownIsNotWaitedFor) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  queue_->MarkDown(2);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(LingerTest, ABrokerThatIsLateIsNotWaitedFor) {
  Send("t", "b", 1);
  clock_.Advance(milliseconds(17));  // its rounds usually take 8
  Send("t", "a", 0);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(LingerTest, ABrokerThatIsMuchSlowerIsNotWaitedFor) {
  for (int i = 0; i < 10; ++i) {
    Send("t", "b", 1);
    clock_.Advance(milliseconds(300));
    Store("t", 1);
  }
  Send("t", "b", 1);
  Send("t", "a", 0);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(LingerTest, ASmallRoundIsNotWaitedFor) {
  Send("t", "a", 0);
  for (const char* value : {"b", "c", "d", "e", "f"}) Send("t", value, 0);
  Store("t", 0);  // now five of it are in flight
  Send("t", "x", 1);
  Send("t", "g", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "abcdefg");
}

TEST_F(LingerTest, HoweverLongRoundsTookALingerIsTenMillisecondsAtMost) {
  for (const Partition i : {0, 1}) {
    Send("t", "-", i);
    clock_.Advance(milliseconds(20'000));
    Store("t", i);
  }
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(queue_->ReleaseLingering(), milliseconds(10));
  clock_.Advance(milliseconds(10));
  queue_->ReleaseLingering();
  EXPECT_EQ(Sent(0), "-ac");
}

TEST_F(LingerTest, AfterARoundThatHitALimitThereIsNoLinger) {
  Make({.partition_records = 2});
  AddTopic("u", {1, 2});
  Send("u", "-", 0);
  clock_.Advance(milliseconds(64));
  for (const char* value : {"a", "b", "c"}) Send("u", value, 0);
  Store("u", 0);
  EXPECT_EQ(Log("u"), "-ab");
  Send("u", "x", 1);
  Store("u", 0);
  EXPECT_EQ(Log("u"), "-abc");
  Store("u", 0);
  Store("u", 1);
}

TEST_F(LingerTest, ALingerEndsWhenNothingIsLeftToSend) {
  Send("t", "a", 0);
  auto& withdrawn = Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  ASSERT_TRUE(withdrawn.Withdraw());
  queue_->OnWithdrawn(1);
  queue_->Sweep();
  Send("t", "c", 0);
  EXPECT_EQ(Sent(0), "ac");
  queue_->EndBurst();
}

TEST_F(LingerTest, WithNoOtherRoundInFlightTheNextIsDispatchedAtOnce) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ab");
}

TEST_F(LingerTest, TheNextRoundLingersForABurst) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  Send("t", "c", 0);
  EXPECT_EQ(Sent(0), "a");
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "abc");
}

TEST_F(LingerTest, OneOfSeveralBurstsThatEndsIsEnough) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  queue_->BeginBurst();
  Store("t", 0);
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "ab");
  queue_->EndBurst();
}

TEST_F(LingerTest, ALingerForABurstEndsAfterAUsualRound) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  EXPECT_EQ(queue_->ReleaseLingering(), milliseconds(7));
  clock_.Advance(milliseconds(7));
  queue_->ReleaseLingering();
  EXPECT_EQ(Sent(0), "ab");
  queue_->EndBurst();
}

TEST_F(LingerTest, AnIdleBrokerDoesNotLingerForABurst) {
  queue_->BeginBurst();
  Send("t", "a", 0);
  EXPECT_EQ(Sent(0), "a");
  queue_->EndBurst();
}

TEST_F(LingerTest, ADrainFailsLingeringAndQueuedRecords) {
  Send("t", "a", 0);
  auto& lingering = Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  queue_->FailHeld(ErrorCode::kDraining);
  ASSERT_EQ(lingering.reports.size(), 1U);
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "a");
}

}  // namespace
}  // namespace gateway
