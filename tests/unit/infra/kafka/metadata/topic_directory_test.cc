#include "infra/kafka/metadata/topic_directory.h"

#include <gmock/gmock.h>

#include <deque>
#include <thread>

#include "support/cpp/topic_directory_fixture.h"

namespace gateway {
namespace {

using testing::CodeOfReport;
using testing::Counter;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using testing::TestRecord;
using testing::TopicDirectoryTest;

TEST_F(TopicDirectoryTest, RecordsOfAFoundTopicGoOutInOrder) {
  TopicDirectory& directory = Make();
  TestRecord first("t", "k", "1");
  TestRecord second("t", "k", "2");
  directory.Enqueue(&first);
  directory.Enqueue(&second);
  lookup_.Reply(TopicLookup::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(2));
  EXPECT_THAT(client_.produced(), ElementsAre(&first, &second));
}

TEST_F(TopicDirectoryTest, OneLookupIsInFlightForAName) {
  TopicDirectory& directory = Make();
  TestRecord first("t", "k", "1");
  TestRecord second("t", "k", "2");
  directory.Enqueue(&first);
  lookup_.AwaitAsked(1);
  directory.Enqueue(&second);
  lookup_.Reply(TopicLookup::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(2));
  EXPECT_THAT(lookup_.asked(), ElementsAre("t"));
}

TEST_F(TopicDirectoryTest, NoRecordOvertakesTheWaitersOfItsThread) {
  TopicDirectory& directory = Make();
  constexpr std::size_t kRecords = 20'000;
  std::deque<TestRecord> records;
  for (std::size_t i = 0; i < kRecords; ++i) records.emplace_back("t", "k", "v");
  // The first waiter goes out only once the thread has sent all: what it sends meanwhile must
  // queue.
  Counter first_is_going;
  Counter all_sent;
  client_.before_first_produce = [&] {
    first_is_going.Add();
    all_sent.WaitFor(1);
  };
  // As KafkaProducer::Send does it: past the directory once the topic is known.
  std::thread sender([&] {
    for (std::size_t i = 0; i < kRecords; ++i) {
      if (i == kRecords / 2) {
        lookup_.Reply(TopicLookup::Answer::kFound);
        first_is_going.WaitFor(1);
      }
      if (client_.IsKnown("t")) {
        client_.Produce(&records[i]);
      } else {
        directory.Enqueue(&records[i]);
      }
    }
    all_sent.Add();
  });
  sender.join();
  ASSERT_TRUE(client_.produced_count.WaitFor(kRecords));
  const std::vector<PendingRecord*> produced = client_.produced();
  std::size_t misplaced = 0;
  for (std::size_t i = 0; i < kRecords; ++i) misplaced += produced[i] != &records[i] ? 1U : 0U;
  EXPECT_EQ(misplaced, 0U);
}

TEST_F(TopicDirectoryTest, AnAbsentTopicFailsAllItsRecordsAndIsNotAskedForAgainAtOnce) {
  TopicDirectory& directory = Make({.absent_for = std::chrono::hours(1)});
  TestRecord first("t", "k", "1");
  directory.Enqueue(&first);
  lookup_.Reply(TopicLookup::Answer::kNotFound);
  EXPECT_EQ(CodeOfReport(first.Await()), ErrorCode::kTopicNotFound);
  TestRecord second("t", "k", "2");
  directory.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kTopicNotFound);
  EXPECT_THAT(lookup_.asked(), SizeIs(1));
}

TEST_F(TopicDirectoryTest, AnAbsentTopicIsAskedForAgainAfterAWhile) {
  TopicDirectory& directory = Make({.absent_for = std::chrono::milliseconds(0)});
  TestRecord first("t", "k", "1");
  directory.Enqueue(&first);
  lookup_.Reply(TopicLookup::Answer::kNotFound);
  first.Await();
  TestRecord second("t", "k", "2");
  directory.Enqueue(&second);
  lookup_.Reply(TopicLookup::Answer::kFound);
  EXPECT_TRUE(client_.produced_count.WaitFor(1));
}

TEST_F(TopicDirectoryTest, WhenNobodyAnswersAllNamesFailTogether) {
  TopicDirectory& directory = Make();
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  TestRecord third("c", "k", "3");
  directory.Enqueue(&first);
  lookup_.AwaitAsked(1);
  directory.Enqueue(&second);
  directory.Enqueue(&third);
  lookup_.BeSilent();
  EXPECT_EQ(CodeOfReport(first.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(CodeOfReport(third.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_THAT(lookup_.asked(), SizeIs(1));
}

TEST_F(TopicDirectoryTest, NamesThatWaitShareARequestAndEachGetsItsOwnAnswer) {
  TopicDirectory& directory = Make({.names_per_lookup = 3});
  TestRecord first("a", "k", "1");
  directory.Enqueue(&first);
  lookup_.AwaitAsked(1);
  std::deque<TestRecord> records;
  for (const char* const name : {"b", "c", "d", "e"}) records.emplace_back(name, "k", "v");
  for (TestRecord& record : records) directory.Enqueue(&record);
  using Answer = TopicLookup::Answer;
  for (const Answer answer : {Answer::kNotFound, Answer::kFound, Answer::kForbidden,
                              Answer::kNotFound, Answer::kIllegalName}) {
    lookup_.Reply(answer);
  }
  EXPECT_EQ(CodeOfReport(first.Await()), ErrorCode::kTopicNotFound);
  EXPECT_TRUE(client_.produced_count.WaitFor(1));
  EXPECT_EQ(CodeOfReport(records[1].Await()), ErrorCode::kTopicAuthorizationFailed);
  EXPECT_EQ(CodeOfReport(records[2].Await()), ErrorCode::kTopicNotFound);
  EXPECT_EQ(CodeOfReport(records[3].Await()), ErrorCode::kInvalidRecord);
  EXPECT_THAT(client_.produced(), ElementsAre(&records[0]));
  EXPECT_THAT(lookup_.asked(), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(lookup_.names_per_lookup(), ElementsAre(1U, 3U, 1U));
}

TEST_F(TopicDirectoryTest, NewNamesDoNotKeepKnownTopicsFromBeingAskedForAgain) {
  TopicDirectory& directory = Make({.refresh_every = std::chrono::milliseconds(0)});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "1");
  directory.Enqueue(&first);
  lookup_.AwaitAsked(1);
  const int before = lookup_.refreshes.count();
  directory.Enqueue(&second);
  lookup_.Reply(TopicLookup::Answer::kNotFound);
  EXPECT_TRUE(lookup_.refreshes.WaitFor(before + 1));
  directory_.reset();  // reports what waits, before it goes out of scope
}

TEST_F(TopicDirectoryTest, ATopicOfWhichTheClusterCannotTellIsNotCalledAbsent) {
  TopicDirectory& directory = Make();
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.Reply(TopicLookup::Answer::kUnavailable);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kBrokersUnavailable);
}

TEST_F(TopicDirectoryTest, AForbiddenTopicIsForbidden) {
  TopicDirectory& directory = Make();
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.Reply(TopicLookup::Answer::kForbidden);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kTopicAuthorizationFailed);
}

TEST_F(TopicDirectoryTest, ARecordThatIsNotTakenIsReported) {
  TopicDirectory& directory = Make();
  client_.refuse = true;
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.Reply(TopicLookup::Answer::kFound);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kOverloaded);
}

TEST_F(TopicDirectoryTest, WithoutAnInstanceTheTopicStaysUnknown) {
  TopicDirectory& directory = Make();
  client_.can_open = false;
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.Reply(TopicLookup::Answer::kFound);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kProducerFailed);
  EXPECT_FALSE(client_.IsKnown("t"));
}

TEST_F(TopicDirectoryTest, TooManyNamesAreRefused) {
  TopicDirectory& directory = Make({.max_waiting_names = 1});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  directory.Enqueue(&first);
  directory.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kOverloaded);
  directory_.reset();  // reports what waits, before it goes out of scope
}

TEST_F(TopicDirectoryTest, BeyondItsTopicsTheEmbeddedBrokerIsNotAsked) {
  TopicDirectory& directory = Make({.max_topics = 1});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  directory.Enqueue(&first);
  lookup_.Reply(TopicLookup::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(1));
  directory.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kTopicNotFound);
  EXPECT_THAT(lookup_.asked(), ElementsAre("a"));
}

TEST_F(TopicDirectoryTest, StopFailsWaitersAndWhatComesLater) {
  TopicDirectory& directory = Make();
  TestRecord waiter("t", "k", "1");
  TestRecord late("t", "k", "2");
  directory.Enqueue(&waiter);
  directory.Stop();
  directory.Enqueue(&late);
  EXPECT_EQ(CodeOfReport(waiter.Await()), ErrorCode::kDraining);
  EXPECT_EQ(CodeOfReport(late.Await()), ErrorCode::kDraining);
}

TEST_F(TopicDirectoryTest, IsIdleOnceItsWaitersAreOut) {
  TopicDirectory& directory = Make();
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  EXPECT_FALSE(directory.WaitIdle(std::chrono::steady_clock::now()));
  lookup_.Reply(TopicLookup::Answer::kFound);
  EXPECT_TRUE(directory.WaitIdle(std::chrono::steady_clock::now() + testing::kHang));
  EXPECT_THAT(client_.produced(), ElementsAre(&record));
}

TEST_F(TopicDirectoryTest, WhatWaitedIsDispatchedOnceItIsProduced) {
  TopicDirectory& directory = Make();
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.Reply(TopicLookup::Answer::kFound);
  EXPECT_TRUE(client_.dispatches.WaitFor(1));
  EXPECT_THAT(client_.produced(), ElementsAre(&record));
}

TEST_F(TopicDirectoryTest, AKnownTopicIsAskedForAgainAndItsNewLayoutToldOn) {
  TopicDirectory& directory = Make({.refresh_every = std::chrono::milliseconds(1)});
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.See(TopicLookup::Reply{TopicLookup::Answer::kFound, {{1, 2, 3}}});
  lookup_.Reply(TopicLookup::Answer::kFound);
  ASSERT_TRUE(client_.updates.WaitFor(1));
  EXPECT_THAT(client_.layout().leaders, ElementsAre(1, 2, 3));
}

TEST_F(TopicDirectoryTest, ATopicThatIsGoneTwiceIsForgotten) {
  TopicDirectory& directory = Make(
      {.absent_for = std::chrono::milliseconds(0), .refresh_every = std::chrono::milliseconds(1)});
  TestRecord record("t", "k", "1");
  directory.Enqueue(&record);
  lookup_.See(TopicLookup::Reply{TopicLookup::Answer::kNotFound, {}});
  lookup_.Reply(TopicLookup::Answer::kFound);
  ASSERT_TRUE(client_.forgotten.WaitFor(1));
  EXPECT_FALSE(client_.IsKnown("t"));
  EXPECT_EQ(client_.updates.count(), 0);
}

TEST_F(TopicDirectoryTest, AfterAProblemKnownTopicsAreAskedForSoon) {
  TopicDirectory& directory =
      Make({.refresh_every = std::chrono::hours(1), .refresh_soon = std::chrono::milliseconds(0)});
  directory.RefreshSoon();
  EXPECT_TRUE(lookup_.refreshes.WaitFor(1));
}

TEST_F(TopicDirectoryTest, AReportMaySendAgain) {
  TopicDirectory& directory = Make({.absent_for = std::chrono::hours(1)});
  TestRecord again("t", "k", "2");
  TestRecord first("t", "k", "1");
  first.on_report = [&](TestRecord&) { directory.Enqueue(&again); };
  directory.Enqueue(&first);
  lookup_.Reply(TopicLookup::Answer::kNotFound);
  EXPECT_EQ(CodeOfReport(again.Await()), ErrorCode::kTopicNotFound);
  first.Await();
}

}  // namespace
}  // namespace gateway
