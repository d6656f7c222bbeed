// Partitions that stay in flight for long: when they are detached, and when a quiet broker is
// probed.
#include <gmock/gmock.h>

#include <chrono>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "service/types/error.h"
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;

class StragglerTest : public testing::RecordAccumulatorTest {
 protected:
  // A round of "a" for partition 0 and "b" for partition 1; "a" is stored after `time`.
  void StoreTheFirstOfTwo(milliseconds time) {
    Append("t", "a", 0);
    Append("t", "b", 1);
    static_cast<void>(Submit());
    clock_.Advance(time);
    Store("t", 0);
  }
};

TEST_F(StragglerTest, AStragglerIsDetachedAndClosedSeparately) {
  AddTopic("t", {1, 1});
  StoreTheFirstOfTwo(milliseconds(1));
  Send("t", "c", 0);
  Send("t", "d", 1);
  clock_.Advance(milliseconds(90));
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "a") << "not yet";
  clock_.Advance(milliseconds(30));
  BrokersAre({Up(1)});
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "ac");
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is in flight";
  Store("t", 0);
  Store("t", 1);
  EXPECT_EQ(Log("t", 1), "bd");
}

// A broker that gets nothing sends nothing, alive or not: one batch is risked as a probe.
TEST_F(StragglerTest, ALeaderThatSpokeAndIsQuietSinceGetsOneBatchAsAProbe) {
  AddTopic("t", {1, 1, 1});
  StoreTheFirstOfTwo(milliseconds(3));
  Send("t", "c", 2);
  Send("t", "d", 0);
  for (int i = 0; i < 5; ++i) {
    clock_.Advance(milliseconds(120));
    BrokersAre({Silent(1)});
    queue_->Tick();
    Send("t", "e", 2);
    EXPECT_EQ(Log("t", 2), "c");
    EXPECT_EQ(Log("t", 0), "a");
  }
  Store("t", 2);
  queue_->Tick();
  EXPECT_EQ(Log("t", 2), "ceeeee");
  EXPECT_EQ(Log("t", 0), "ad");
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is in flight";
}

TEST_F(StragglerTest, AQuietLeaderIsNotProbedWhileTheInstanceIsReplaced) {
  AddTopic("t", {1, 1});
  StoreTheFirstOfTwo(milliseconds(3));
  Send("t", "c", 0);
  queue_->Pause();
  clock_.Advance(milliseconds(120));
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "a");
  queue_->Resume();
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "ac");
}

TEST_F(StragglerTest, EachRoundMayProbeItsQuietLeader) {
  AddTopic("t", {1, 1});
  for (std::size_t round = 1; round <= 3; ++round) {
    Append("t", "a", 0);
    Append("t", "a", 1);
    static_cast<void>(Submit());
    clock_.Advance(milliseconds(3));
    Store("t", 0);
    Send("t", "b", 0);
    clock_.Advance(milliseconds(3'000));
    queue_->Tick();
    EXPECT_EQ(Log("t", 0).size(), 2 * round);
    Store("t", 0);
    Store("t", 1);
  }
}

TEST_F(StragglerTest, AStragglerStaysDetachedUntilABatchIsStored) {
  AddTopic("t", {1, 1});
  StoreTheFirstOfTwo(milliseconds(1));
  clock_.Advance(milliseconds(200));
  BrokersAre({Up(1)});
  queue_->Tick();
  kafka_.in_flight[{"t", 1}].front()->Report(testing::NotStored(ErrorCode::kDeliveryTimeout));
  kafka_.in_flight[{"t", 1}].clear();
  RecordAccumulator::Reported failed{"t", 1, 1, false};
  queue_->OnReports({&failed, 1});
  Send("t", "c", 1);  // separately again
  Send("t", "d", 0);
  Store("t", 0);
  Send("t", "e", 0);
  EXPECT_EQ(Log("t", 0), "ade");
  Store("t", 1);
  Store("t", 0);
  Send("t", "f", 1);
  Send("t", "g", 0);
  EXPECT_EQ(Log("t", 0), "ade") << "it is part of rounds again";
}

TEST_F(StragglerTest, AfterAnOutageAStragglerIsDetachedWithinSeconds) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  clock_.Advance(milliseconds(40'000));
  Store("t", 0);
  Append("t", "b", 0);
  Append("t", "c", 1);
  static_cast<void>(Submit());
  clock_.Advance(milliseconds(1));
  Store("t", 0);
  Send("t", "d", 0);
  clock_.Advance(milliseconds(1'900));
  BrokersAre({Up(1)});
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "ab") << "not yet";
  clock_.Advance(milliseconds(200));
  BrokersAre({Up(1)});
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "abd");
}

TEST_F(StragglerTest, ASilentLeaderGetsNothingNewHoweverLongItsRoundIsInFlight) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  Send("t", "b", 1);
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(milliseconds(1'000));
    BrokersAre({Silent(1)});
    queue_->Tick();
  }
  EXPECT_EQ(Log("t", 1), "");
  BrokersAre({Up(1)});  // it sent something: only one partition hangs
  queue_->Tick();
  EXPECT_EQ(Log("t", 1), "b");
}

}  // namespace
}  // namespace gateway
