// When records are dispatched: rounds, brokers, turns, order. What is withdrawn or fails is in
// held_records_test.cc.
#include "infra/kafka/accumulator/record_accumulator.h"

#include <gmock/gmock.h>

#include <chrono>

#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::HeldRecord;
using testing::RecordAccumulatorTest;

TEST_F(RecordAccumulatorTest, ARecordForAnIdleBrokerIsDispatchedAtOnce) {
  AddTopic("t", {1});
  Send("t", "a");
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(RecordAccumulatorTest, NothingIsSentBeforeDispatch) {
  AddTopic("t", {1});
  Append("t", "a");
  Append("t", "b");
  EXPECT_EQ(Log("t"), "");
  queue_->Dispatch();
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
  queue_->Dispatch();
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

TEST_F(RecordAccumulatorTest, AnUnknownTopicAndAPartitionOutOfRangeAreNotTaken) {
  AddTopic("t", {1, 1});
  queue_->SetLayout("opened", {{1}});
  EXPECT_EQ(queue_->Append(&Make("u", "a")), RecordAccumulator::Appended::kUnknownTopic);
  EXPECT_EQ(queue_->Append(&Make("opened", "a")), RecordAccumulator::Appended::kUnknownTopic);
  EXPECT_EQ(queue_->Append(&Make("t", "a", 2)), RecordAccumulator::Appended::kNoPartition);
  EXPECT_EQ(queue_->Append(&Make("t", "a", -1)), RecordAccumulator::Appended::kNoPartition);
  EXPECT_EQ(queue_->pending(), 0U);
}

TEST_F(RecordAccumulatorTest, RecordsOfAnOpenedTopicAreDispatchedOnceItIsPublished) {
  queue_->SetLayout("t", {{1}});
  EXPECT_EQ(queue_->Append(&Make("t", "a"), true), RecordAccumulator::Appended::kHeld);
  queue_->Dispatch();
  EXPECT_EQ(Log("t"), "");
  queue_->Publish("t");
  Send("t", "b");
  EXPECT_EQ(Log("t"), "ab");
}

TEST_F(RecordAccumulatorTest, AKeyGoesWhereJavaPutsItAndAnEmptyKeyIsAKey) {
  AddTopic("t", {1, 1, 1, 1});
  HeldRecord& keyed = records_.emplace_back("t", "foobar", "a", std::nullopt);
  HeldRecord& empty = records_.emplace_back("t", "", "b", std::nullopt);
  ASSERT_EQ(queue_->Append(&keyed), RecordAccumulator::Appended::kHeld);
  ASSERT_EQ(queue_->Append(&empty), RecordAccumulator::Appended::kHeld);
  queue_->Dispatch();
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
  queue_->Dispatch();
  const auto first = sent_to();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(Log("t", first[0]), "abc");
  Append("t", "d", std::nullopt);
  Append("t", "e", std::nullopt);
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
  queue_->Dispatch();
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
  queue_->Dispatch();
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
  queue_->Dispatch();
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

TEST_F(RecordAccumulatorTest, AStragglerIsDetachedAndClosedSeparately) {
  AddTopic("t", {1, 1});
  Append("t", "a", 0);
  Append("t", "b", 1);
  queue_->Dispatch();
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
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is in flight";
  Store("t", 0);
  Store("t", 1);
  EXPECT_EQ(Log("t", 1), "bd");
}

// A broker that is sent nothing says nothing, alive or dead: one batch is risked as a probe.
TEST_F(RecordAccumulatorTest, ALeaderThatSpokeAndIsQuietSinceGetsOneBatchAsAProbe) {
  AddTopic("t", {1, 1, 1});
  Append("t", "a", 0);
  Append("t", "b", 1);
  queue_->Dispatch();
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
  EXPECT_EQ(Log("t", 1), "b") << "order: its first batch is in flight";
}

TEST_F(RecordAccumulatorTest, AQuietLeaderIsNotProbedWhileTheInstanceIsReplaced) {
  AddTopic("t", {1, 1});
  Append("t", "a", 0);
  Append("t", "b", 1);
  queue_->Dispatch();
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

TEST_F(RecordAccumulatorTest, EachRoundMayProbeItsQuietLeader) {
  AddTopic("t", {1, 1});
  for (std::size_t round = 1; round <= 3; ++round) {
    Append("t", "a", 0);
    Append("t", "a", 1);
    queue_->Dispatch();
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

TEST_F(RecordAccumulatorTest, AStragglerStaysDetachedUntilABatchIsStored) {
  AddTopic("t", {1, 1});
  Append("t", "a", 0);
  Append("t", "b", 1);
  queue_->Dispatch();
  clock_.Advance(milliseconds(1));
  Store("t", 0);
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

TEST_F(RecordAccumulatorTest, AfterAnOutageAStragglerIsDetachedWithinSeconds) {
  AddTopic("t", {1, 1});
  Send("t", "a", 0);
  clock_.Advance(milliseconds(40'000));
  Store("t", 0);
  Append("t", "b", 0);
  Append("t", "c", 1);
  queue_->Dispatch();
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

TEST_F(RecordAccumulatorTest, ASilentLeaderGetsNothingNewHoweverLongItsRoundIsInFlight) {
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
  AddTopic("t", {kNoLeader});
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
