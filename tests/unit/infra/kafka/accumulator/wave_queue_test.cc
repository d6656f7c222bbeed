// When records go: waves, lanes, turns, order. What is withdrawn or fails is in wave_held_test.cc.
#include "infra/kafka/accumulator/wave_queue.h"

#include <gmock/gmock.h>

#include <chrono>

#include "support/cpp/wave_queue_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::HeldRecord;
using testing::WaveQueueTest;

TEST_F(WaveQueueTest, ALoneRecordOnAnIdleLaneGoesAtOnce) {
  AddTopic("t", {1});
  Send("t", "a");
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(WaveQueueTest, NothingGoesBeforeTheKick) {
  AddTopic("t", {1});
  Push("t", "a");
  Push("t", "b");
  EXPECT_EQ(Log("t"), "");
  queue_->Kick();
  EXPECT_EQ(Log("t"), "ab");
  EXPECT_THAT(metrics_.waves, ElementsAre(2U));
}

TEST_F(WaveQueueTest, WhileAWaveIsOutTheLaneHoldsBackAndThenAllPartitionsGoTogether) {
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
  EXPECT_THAT(metrics_.waves, ElementsAre(1U, 3U));
  EXPECT_EQ(metrics_.records_held, 0);
}

TEST_F(WaveQueueTest, TheNextWaveWaitsForTheLastReportOfTheFirst) {
  AddTopic("t", {1, 1});
  Push("t", "a", 0);
  Push("t", "b", 1);
  queue_->Kick();
  Send("t", "c", 0);
  Store("t", 0);
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 1);
  EXPECT_EQ(Log("t", 0), "ac");
}

TEST_F(WaveQueueTest, ASlowLeaderDoesNotHoldUpAnother) {
  AddTopic("t", {1, 2});
  Send("t", "a", 0);
  Send("t", "b", 1);
  Store("t", 1);
  Send("t", "c", 1);
  EXPECT_EQ(Log("t", 1), "bc");
}

TEST_F(WaveQueueTest, AnUnknownTopicAndAPartitionOutOfRangeAreNotTaken) {
  AddTopic("t", {1, 1});
  queue_->SetLayout("opened", {{1}});
  EXPECT_EQ(queue_->Push(&Make("u", "a")), WaveQueue::Pushed::kUnknownTopic);
  EXPECT_EQ(queue_->Push(&Make("opened", "a")), WaveQueue::Pushed::kUnknownTopic);
  EXPECT_EQ(queue_->Push(&Make("t", "a", 2)), WaveQueue::Pushed::kNoPartition);
  EXPECT_EQ(queue_->Push(&Make("t", "a", -1)), WaveQueue::Pushed::kNoPartition);
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(WaveQueueTest, WhatWaitsForAnOpenedTopicGoesOnceItIsPublished) {
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(queue_->Push(&Make("t", "a"), true), WaveQueue::Pushed::kHeld);
  queue_->Kick();
  EXPECT_EQ(Log("t"), "");
  queue_->Publish("t");
  Send("t", "b");
  EXPECT_EQ(Log("t"), "ab");
}

TEST_F(WaveQueueTest, AKeyGoesWhereJavaPutsItAndAnEmptyKeyIsAKey) {
  AddTopic("t", {1, 1, 1, 1});
  HeldRecord& keyed = records_.emplace_back("t", "foobar", "a", std::nullopt);
  HeldRecord& empty = records_.emplace_back("t", "", "b", std::nullopt);
  ASSERT_EQ(queue_->Push(&keyed), WaveQueue::Pushed::kHeld);
  ASSERT_EQ(queue_->Push(&empty), WaveQueue::Pushed::kHeld);
  queue_->Kick();
  EXPECT_EQ(Log("t", 2), "a");
  EXPECT_EQ(Log("t", 275646681 % 4), "b");
}

TEST_F(WaveQueueTest, RecordsWithoutAKeyShareAPartitionForAWaveAndThenMoveOn) {
  AddTopic("t", {1, 1, 1});
  const auto sent_to = [this] {
    std::vector<Partition> places;
    for (auto& [place, out] : kafka_.out) {
      if (!out.empty()) places.push_back(place.second);
    }
    return places;
  };
  for (const char* value : {"a", "b", "c"}) Push("t", value, std::nullopt);
  queue_->Kick();
  const auto first = sent_to();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(Log("t", first[0]), "abc");
  Push("t", "d", std::nullopt);
  Push("t", "e", std::nullopt);
  Store("t", first[0]);
  const auto second = sent_to();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_NE(first[0], second[0]);
}

TEST_F(WaveQueueTest, RecordsWithoutAKeyAvoidALeaderThatIsDown) {
  AddTopic("t", {1, 2});
  BrokersAre({Down(1), Up(2)});
  for (int i = 0; i < 4; ++i) {
    Send("t", "a", std::nullopt);
    Store("t", 1);
  }
  EXPECT_EQ(Log("t", 0), "");
  EXPECT_EQ(Log("t", 1), "aaaa");
}

TEST_F(WaveQueueTest, APartitionHasAtMostOneBatchInAWave) {
  Make({.partition_records = 3});
  AddTopic("t", {1});
  for (const char* value : {"a", "b", "c", "d", "e", "f", "g"}) Push("t", value);
  queue_->Kick();
  EXPECT_EQ(Log("t"), "abc");
  Store("t");
  EXPECT_EQ(Log("t"), "abcdef");
}

TEST_F(WaveQueueTest, ABatchIsBoundedInBytesButOneRecordAlwaysFits) {
  Make({.partition_bytes = 400});
  AddTopic("t", {1});
  Push("t", std::string(1'000, 'x'));
  Push("t", "a");
  Push("t", "b");
  queue_->Kick();
  EXPECT_EQ(Log("t").size(), 1'000U);
  Store("t");
  EXPECT_EQ(Log("t").size(), 1'002U);
}

TEST_F(WaveQueueTest, ABulkOfOneTopicDoesNotMakeAnotherWaitForItsWholeLength) {
  Make({.partition_records = 2, .lane_records = 4});
  AddTopic("bulk", {1, 1, 1, 1});
  AddTopic("other", {1});
  for (Partition partition = 0; partition < 4; ++partition) {
    for (const char* value : {"a", "b", "c"}) Push("bulk", value, partition);
  }
  Push("other", "x");
  queue_->Kick();
  EXPECT_EQ(Log("other"), "x");
  EXPECT_EQ(Log("bulk", 0), "ab");
  EXPECT_EQ(Log("bulk", 1), "ab") << "partitions of a topic in turn";
  EXPECT_EQ(Log("bulk", 2), "") << "the wave is full";
  Store("other");
  Store("bulk", 0);
  Store("bulk", 1);
  EXPECT_EQ(Log("bulk", 2), "ab");
  EXPECT_EQ(Log("bulk", 3), "ab");
}

TEST_F(WaveQueueTest, AStragglerLeavesTheWaveAndIsClosedByItself) {
  AddTopic("t", {1, 1});
  Push("t", "a", 0);
  Push("t", "b", 1);
  queue_->Kick();
  clock_.Advance(milliseconds(1));
  Store("t", 0);
  Send("t", "c", 0);
  Send("t", "d", 1);
  clock_.Advance(milliseconds(90));
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "a") << "not yet";
  clock_.Advance(milliseconds(30));
  BrokersAre({Up(1)});
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "ac");
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is out";
  Store("t", 0);
  Store("t", 1);
  EXPECT_EQ(Log("t", 1), "bd");
}

// Who is sent nothing says nothing, alive or dead: one batch is risked to learn which.
TEST_F(WaveQueueTest, ALeaderThatSpokeAndIsQuietSinceGetsOneBatchAndTheRestOnceThatIsStored) {
  AddTopic("t", {1, 1, 1});
  Push("t", "a", 0);
  Push("t", "b", 1);
  queue_->Kick();
  clock_.Advance(milliseconds(3));
  Store("t", 0);
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
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is out";
}

TEST_F(WaveQueueTest, AQuietLeaderIsNotAskedWhileTheInstanceIsReplaced) {
  AddTopic("t", {1, 1});
  Push("t", "a", 0);
  Push("t", "b", 1);
  queue_->Kick();
  clock_.Advance(milliseconds(3));
  Store("t", 0);
  Send("t", "c", 0);
  queue_->Pause();
  clock_.Advance(milliseconds(120));
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "a");
  queue_->Resume();
  queue_->Tick();
  EXPECT_EQ(Log("t", 0), "ac");
}

TEST_F(WaveQueueTest, EachWaveMayAskItsQuietLeader) {
  AddTopic("t", {1, 1});
  for (std::size_t wave = 1; wave <= 3; ++wave) {
    Push("t", "a", 0);
    Push("t", "a", 1);
    queue_->Kick();
    clock_.Advance(milliseconds(3));
    Store("t", 0);
    Send("t", "b", 0);
    clock_.Advance(milliseconds(3'000));
    queue_->Tick();
    EXPECT_EQ(Log("t", 0).size(), 2 * wave);
    Store("t", 0);
    Store("t", 1);
  }
}

TEST_F(WaveQueueTest, AStragglersNextBatchHoldsUpNobodyUntilOneIsStored) {
  AddTopic("t", {1, 1});
  Push("t", "a", 0);
  Push("t", "b", 1);
  queue_->Kick();
  clock_.Advance(milliseconds(1));
  Store("t", 0);
  clock_.Advance(milliseconds(200));
  BrokersAre({Up(1)});
  queue_->Tick();
  kafka_.out[{"t", 1}].front()->Report(testing::NotStored(ErrorCode::kDeliveryTimeout));
  kafka_.out[{"t", 1}].clear();
  WaveQueue::Reported failed{"t", 1, 1, false};
  queue_->OnReports({&failed, 1});
  Send("t", "c", 1);  // by itself again
  Send("t", "d", 0);
  Store("t", 0);
  Send("t", "e", 0);
  EXPECT_EQ(Log("t", 0), "ade");
  Store("t", 1);
  Store("t", 0);
  Send("t", "f", 1);
  Send("t", "g", 0);
  EXPECT_EQ(Log("t", 0), "ade") << "it is in the waves again";
}

TEST_F(WaveQueueTest, AfterAnOutageAStragglerLeavesTheWaveWithinSeconds) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  clock_.Advance(milliseconds(40'000));
  Store("t", 0);
  Push("t", "b", 0);
  Push("t", "c", 1);
  queue_->Kick();
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

TEST_F(WaveQueueTest, ASilentLeaderGetsNothingNewHoweverLongItsWaveIsOut) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  Send("t", "b", 1);
  for (int i = 0; i < 20; ++i) {
    clock_.Advance(milliseconds(1'000));
    BrokersAre({Silent(1)});
    queue_->Tick();
  }
  EXPECT_EQ(Log("t", 1), "");
  BrokersAre({Up(1)});  // it spoke: only the one partition hangs
  queue_->Tick();
  EXPECT_EQ(Log("t", 1), "b");
}

TEST_F(WaveQueueTest, ALeaderThatIsDownGetsNothingUntilItIsUp) {
  AddTopic("t", {1});
  queue_->MarkDown(1);
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  EXPECT_TRUE(queue_->WaitsForLeader());
  BrokersAre({Up(1)});
  EXPECT_EQ(Log("t"), "a");
  EXPECT_FALSE(queue_->WaitsForLeader());
}

TEST_F(WaveQueueTest, WithoutALeaderRecordsWaitForOne) {
  AddTopic("t", {kNoLeader});
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  EXPECT_TRUE(queue_->WaitsForLeader());
  queue_->SetLayout("t", {{2}});
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(WaveQueueTest, APartitionThatMovesWhileItIsOutStaysClosed) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  Send("t", "b", 0);
  Send("t", "c", 1);
  queue_->SetLayout("t", {{2, 2}});
  EXPECT_EQ(Log("t", 1), "c") << "the lane of the new leader is idle";
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 1);
  EXPECT_EQ(Log("t", 0), "a");
  Store("t", 0);
  EXPECT_EQ(Log("t", 0), "ab");
}

TEST_F(WaveQueueTest, AddedPartitionsAreUsed) {
  AddTopic("t", {1});
  EXPECT_EQ(queue_->PartitionsOf("t"), 1);
  queue_->SetLayout("t", {{1, 1}});
  Send("t", "a", 1);
  EXPECT_EQ(Log("t", 1), "a");
}

TEST_F(WaveQueueTest, NothingGoesWhileTheInstanceIsReplaced) {
  AddTopic("t", {1});
  queue_->Pause();
  Send("t", "a");
  EXPECT_EQ(Log("t"), "");
  queue_->Resume();
  EXPECT_EQ(Log("t"), "a");
}

}  // namespace
}  // namespace gateway
