// Several batches in flight to one broker, also of one partition: which batches may overlap, and
// which must not because their order was promised.
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::SizeIs;

class ConcurrentDispatch : public RecordAccumulatorTest {
 protected:
  static constexpr milliseconds kRoundTrip{5};
  static constexpr milliseconds kPace{2};  // longer than the pace of the limit

  explicit ConcurrentDispatch(RecordAccumulator::Options options = {})
      : RecordAccumulatorTest(options) {
    queue_->SetProducers(8);
    AddTopic("t", {1, 1, 1, 1, 1, 1});
  }

  // Acknowledgements have shown a round trip that is worth overlapping.
  void Learn() {
    for (int i = 0; i < 20; ++i) {
      Send("t", "x", 5);
      Send("t", "y", 5);
      while (!kafka_.in_flight[{"t", 5}].empty()) {
        clock_.Advance(kRoundTrip);
        Store("t", 5);
        queue_->ReleaseLingering();
      }
    }
    clock_.Advance(kRoundTrip);
    kafka_.timer_calls = 0;
  }
  // After enough time for the next batch.
  HeldRecord& SendNext(const std::string& value, Partition partition = 0) {
    clock_.Advance(kPace);
    queue_->ReleaseLingering();
    return Send("t", value, partition);
  }
  void Report(HeldRecord& record, bool stored) {
    auto& in_flight = kafka_.in_flight[{"t", 0}];
    std::erase(in_flight, &record);
    clock_.Advance(kRoundTrip);
    const std::size_t producer = record.producer;
    record.Report(stored ? Stored(0, 0) : NotStored(ErrorCode::kDeliveryTimeout));
    RecordAccumulator::Reported reported{"t", 0, 1, stored, producer};
    queue_->OnReports({&reported, 1});
  }
};

TEST_F(ConcurrentDispatch, OneRoundAtATimeUntilTheBrokerHasShownARoundTrip) {
  Send("t", "a");
  SendNext("b");
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(ConcurrentDispatch, APartitionMayBeInFlightOnSeveralProducers) {
  Learn();
  const HeldRecord& first = Send("t", "a");
  const HeldRecord& second = SendNext("b");
  EXPECT_EQ(Log("t"), "ab");
  EXPECT_NE(first.producer, second.producer) << "never two batches of a partition on one";
}

TEST_F(ConcurrentDispatch, BatchesKeepTheirPace) {
  Learn();
  Send("t", "a", 0);
  Send("t", "b", 1);
  EXPECT_EQ(Log("t", 1), "") << "it has just sent one";
  EXPECT_EQ(kafka_.timer_calls, 1) << "who reports must look again in time";
  EXPECT_LE(queue_->ReleaseLingering(), kPace);
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_EQ(Log("t", 1), "b");
}

TEST_F(ConcurrentDispatch, ALoneRecordNeverWaits) {
  Learn();
  Send("t", "a", 0);
  Store("t", 0);
  Send("t", "b", 1);
  EXPECT_EQ(Log("t", 1), "b");
}

TEST_F(ConcurrentDispatch, NoMoreThanTheSlotsOfAllProducers) {
  Learn();
  for (int i = 0; i < 100; ++i) {
    SendNext("a", i % 5);
    BrokersAre({Up(1)});
  }
  std::size_t in_flight = 0;
  for (Partition i = 0; i < 5; ++i) in_flight += kafka_.in_flight[{"t", i}].size();
  EXPECT_EQ(in_flight, 8 * kSlotsPerProducer);
}

// A partition whose turn it was and that found no producer must have its turn again.
TEST_F(ConcurrentDispatch, WithFewerProducersThanTheLimitNothingIsForgotten) {
  Learn();
  kafka_.log.clear();
  queue_->SetProducers(1);
  for (Partition i = 0; i < 6; ++i) SendNext("a", i);
  SendNext("b", 5);
  for (Partition i = 0; i < 6; ++i) Store("t", i);
  for (Partition i = 0; i < 6; ++i) {
    clock_.Advance(kPace);
    queue_->ReleaseLingering();
    Store("t", i);
  }
  for (Partition i = 0; i < 5; ++i) EXPECT_EQ(Log("t", i), "a");
  EXPECT_EQ(Log("t", 5), "ab");
}

TEST_F(ConcurrentDispatch, ABatchThatWaitsForAProducerWantsOneMore) {
  Learn();
  queue_->SetProducers(1);
  clock_.Advance(ProducerDemand::kKeep);
  ASSERT_EQ(queue_->WantedProducers(), 1U);
  Send("t", "a");
  EXPECT_EQ(queue_->WantedProducers(), 1U) << "it has one";
  SendNext("b");
  EXPECT_EQ(queue_->WantedProducers(), 2U);
  Store("t");
  clock_.Advance(ProducerDemand::kKeep - milliseconds(1));
  EXPECT_EQ(queue_->WantedProducers(), 2U);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(queue_->WantedProducers(), 1U) << "nothing had a use for it";
}

TEST_F(ConcurrentDispatch, AProducerIsNeededWhileItHasABatch) {
  Learn();
  HeldRecord& first = Send("t", "a");
  HeldRecord& second = SendNext("b");
  EXPECT_TRUE(queue_->Needs(first.producer));
  EXPECT_TRUE(queue_->Needs(second.producer));
  EXPECT_FALSE(queue_->Needs(7));
  Store("t");
  EXPECT_FALSE(queue_->Needs(second.producer));
}

TEST_F(ConcurrentDispatch, AProducerIsNeededWhileOnlyItMayGoOn) {
  Learn();
  Send("t", "a");
  HeldRecord& second = SendNext("b");
  queue_->Suspect("t", 0, second.producer);
  Report(second, false);
  Store("t");
  EXPECT_TRUE(queue_->Needs(second.producer));
}

TEST_F(ConcurrentDispatch, AfterTheProducersWereReplacedTheNewOneGoesOn) {
  Learn();
  Send("t", "a");
  HeldRecord& second = SendNext("b");
  queue_->Suspect("t", 0, second.producer);
  Report(second, false);
  Store("t");
  queue_->Pause();
  queue_->Resume();
  EXPECT_EQ(SendNext("c").producer, 0U) << "there is no other";
}

TEST_F(ConcurrentDispatch, NothingFollowsARecordWhoseRequestWasAnsweredAtItsDeadline) {
  Learn();
  HeldRecord& late = Send("t", "a");
  ASSERT_FALSE(late.Withdraw());
  const PendingRecord* expired = &late;
  queue_->OnExpired({&expired, 1});
  SendNext("b");
  EXPECT_EQ(Log("t"), "a");
  Store("t");
  EXPECT_EQ(Log("t"), "ab");
}

TEST_F(ConcurrentDispatch, ADeadlineAlsoHoldsWhatWasAboutToBeSent) {
  Learn();
  HeldRecord& late = Send("t", "a");
  Send("t", "b");  // waits for the pace
  ASSERT_FALSE(late.Withdraw());
  const PendingRecord* expired = &late;
  queue_->OnExpired({&expired, 1});
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_EQ(Log("t"), "a");
}

TEST_F(ConcurrentDispatch, NothingFollowsARecordThatWasAnsweredAtOnce) {
  Learn();
  Append("t", "a").answered = true;
  static_cast<void>(Submit());
  SendNext("b");
  EXPECT_EQ(Log("t"), "a");
  Store("t");
  EXPECT_EQ(Log("t"), "ab");
}

TEST_F(ConcurrentDispatch, AfterAnUnknownOutcomeTheSameProducerIsUsedAlone) {
  Learn();
  HeldRecord& first = Send("t", "a");
  HeldRecord& second = SendNext("b");
  queue_->Suspect("t", 0, second.producer);
  Report(second, false);
  Report(first, true);
  HeldRecord& third = SendNext("c");
  EXPECT_EQ(third.producer, second.producer) << "whose sequence numbers keep the order";
  SendNext("d");
  EXPECT_EQ(Log("t"), "abc");
  Report(third, true);
  SendNext("e");
  EXPECT_EQ(Log("t"), "abcde");
}

TEST_F(ConcurrentDispatch, RecordsThatLibrdkafkaDidNotTakeFollowTheRestOfTheirBatch) {
  Learn();
  Append("t", "a");
  Append("t", "b");
  kafka_.room = 1;
  static_cast<void>(Submit());
  kafka_.room = 100;
  clock_.Advance(kPace);
  queue_->Tick();
  EXPECT_EQ(Log("t"), "a");
  Store("t");
  EXPECT_EQ(Log("t"), "ab");
}

TEST_F(ConcurrentDispatch, ARecordToRetryWaitsForTheRestOfItsBatch) {
  Learn();
  Append("t", "a");
  HeldRecord& returned = Append("t", "b");
  static_cast<void>(Submit());
  Send("t", "c");  // waits for the pace, but not for the others
  auto& in_flight = kafka_.in_flight[{"t", 0}];
  std::erase(in_flight, &returned);
  RecordAccumulator::Reported reported{"t", 0, 1, false, returned.producer};
  reported.retry.Push(&returned);
  queue_->OnReports({&reported, 1});
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_THAT(in_flight, SizeIs(1)) << "b must not be stored before a";
  Store("t");
  EXPECT_THAT(in_flight, SizeIs(2));
}

TEST_F(ConcurrentDispatch, ARefusedBatchIsBisectedAlone) {
  Learn();
  for (const char* value : {"a", "b", "c", "d"}) Append("t", value);
  static_cast<void>(Submit());
  GiveBack("t", true);
  SendNext("e");
  EXPECT_EQ(Log("t"), "ab");
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_EQ(Log("t"), "ab");
}

class ConcurrentDispatchOfTwo : public ConcurrentDispatch {
 protected:
  ConcurrentDispatchOfTwo()
      : ConcurrentDispatch([] {
          RecordAccumulator::Options options;
          options.partition_records = 2;
          return options;
        }()) {}
};

TEST_F(ConcurrentDispatchOfTwo, RecordsOfOneRequestFollowEachOther) {
  Learn();
  for (const char* value : {"a", "b", "c"}) Append("t", value);
  static_cast<void>(Submit());
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_EQ(Log("t"), "ab");
  Store("t");
  EXPECT_EQ(Log("t"), "abc");
}

TEST_F(ConcurrentDispatchOfTwo, RecordsOfDifferentRequestsNeedNot) {
  Learn();
  Send("t", "x", 1);
  Send("t", "a");
  Send("t", "b");
  Send("t", "c");
  clock_.Advance(kPace);
  queue_->ReleaseLingering();
  EXPECT_EQ(Log("t"), "abc");
}

}  // namespace
}  // namespace gateway::testing
