// When a lane whose wave is back waits for more.
#include <gmock/gmock.h>

#include <chrono>

#include "infra/kafka/accumulator/wave_queue.h"
#include "support/cpp/wave_queue_fixture.h"

namespace gateway {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using testing::WaveQueueTest;

// Partition i is led by broker i + 1. Each has had a wave of 64 ms, so one usually takes 8.
class WaveRestTest : public WaveQueueTest {
 protected:
  WaveRestTest() {
    AddTopic("t", {1, 2, 3});
    for (Partition i = 0; i < 3; ++i) Send("t", "-", i);
    clock_.Advance(milliseconds(64));
    for (Partition i = 0; i < 3; ++i) Store("t", i);
  }
  // What went since the beginning.
  std::string Sent(Partition partition) { return Log("t", partition).substr(1); }
};

TEST_F(WaveRestTest, ALaneWaitsForTheWavesOfOthersAndThenAllGoTogether) {
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

TEST_F(WaveRestTest, WhatComesWhileItRestsGoesAlong) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);
  Send("t", "d", 0);
  EXPECT_EQ(Sent(0), "a");
  Store("t", 1);
  EXPECT_EQ(Sent(0), "acd");
}

TEST_F(WaveRestTest, ItWaitsForOthersNoLongerThanHalfAUsualWave) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);  // after no time: a wave usually takes 7 ms now
  EXPECT_EQ(queue_->GoOn(), microseconds(3'500));
  clock_.Advance(milliseconds(3));
  EXPECT_EQ(queue_->GoOn(), microseconds(500));
  EXPECT_EQ(Sent(0), "a");
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(queue_->GoOn(), Clock::TimePoint::duration::max());
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(WaveRestTest, ALaneWithNothingAtHandDoesNotRest) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Store("t", 0);
  Send("t", "c", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(WaveRestTest, ABrokerThatIsDownIsNotWaitedFor) {
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  queue_->MarkDown(2);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(WaveRestTest, ABrokerThatIsLateIsNotWaitedFor) {
  Send("t", "b", 1);
  clock_.Advance(milliseconds(17));  // its waves usually take 8
  Send("t", "a", 0);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ac");
}

TEST_F(WaveRestTest, ABrokerThatIsMuchSlowerIsNotWaitedFor) {
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

TEST_F(WaveRestTest, ASmallWaveIsNotWaitedFor) {
  Send("t", "a", 0);
  for (const char* value : {"b", "c", "d", "e", "f"}) Send("t", value, 0);
  Store("t", 0);  // now five of it are out
  Send("t", "x", 1);
  Send("t", "g", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "abcdefg");
}

TEST_F(WaveRestTest, HoweverLongWavesTookItIsTenMillisecondsAtMost) {
  for (const Partition i : {0, 1}) {
    Send("t", "-", i);
    clock_.Advance(milliseconds(20'000));
    Store("t", i);
  }
  Send("t", "a", 0);
  Send("t", "b", 1);
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(queue_->GoOn(), milliseconds(10));
  clock_.Advance(milliseconds(10));
  queue_->GoOn();
  EXPECT_EQ(Sent(0), "-ac");
}

TEST_F(WaveRestTest, AfterAWaveThatWasFullThereIsNoRest) {
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

TEST_F(WaveRestTest, WhatRestsAndHasNothingLeftRestsNoMore) {
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

TEST_F(WaveRestTest, WithNothingElseOutTheNextWaveGoesAtOnce) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  Store("t", 0);
  EXPECT_EQ(Sent(0), "ab");
}

TEST_F(WaveRestTest, WhileAThreadHasMuchAtHandTheNextWaveWaitsForIt) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  Send("t", "c", 0);
  EXPECT_EQ(Sent(0), "a");
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "abc");
}

TEST_F(WaveRestTest, OneOfSeveralBurstsThatEndsIsEnough) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  queue_->BeginBurst();
  Store("t", 0);
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "ab");
  queue_->EndBurst();
}

TEST_F(WaveRestTest, ABurstIsWaitedForNoLongerThanAUsualWave) {
  Send("t", "a", 0);
  Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  EXPECT_EQ(queue_->GoOn(), milliseconds(7));
  clock_.Advance(milliseconds(7));
  queue_->GoOn();
  EXPECT_EQ(Sent(0), "ab");
  queue_->EndBurst();
}

TEST_F(WaveRestTest, AnIdleLaneIsNotHeldUpByABurst) {
  queue_->BeginBurst();
  Send("t", "a", 0);
  EXPECT_EQ(Sent(0), "a");
  queue_->EndBurst();
}

TEST_F(WaveRestTest, WhatRestsIsTakenAwayByADrainLikeAllThatIsHeld) {
  Send("t", "a", 0);
  auto& rests = Send("t", "b", 0);
  queue_->BeginBurst();
  Store("t", 0);
  queue_->FailHeld(ErrorCode::kDraining);
  ASSERT_EQ(rests.reports.size(), 1U);
  queue_->EndBurst();
  EXPECT_EQ(Sent(0), "a");
}

}  // namespace
}  // namespace gateway
