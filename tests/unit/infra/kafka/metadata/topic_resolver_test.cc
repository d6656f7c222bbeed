#include "infra/kafka/metadata/topic_resolver.h"

#include <gmock/gmock.h>

#include <deque>
#include <thread>

#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "support/cpp/topic_resolver_fixture.h"

namespace gateway {
namespace {

using testing::CodeOfReport;
using testing::Counter;
using ::testing::ElementsAre;
using ::testing::SizeIs;
using testing::TestRecord;
using testing::TopicResolverTest;

TEST_F(TopicResolverTest, RecordsOfAFoundTopicGoOutInOrder) {
  TopicResolver& resolver = Make();
  TestRecord first("t", "k", "1");
  TestRecord second("t", "k", "2");
  resolver.Enqueue(&first);
  resolver.Enqueue(&second);
  lookup_.Reply(MetadataSource::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(2));
  EXPECT_THAT(client_.produced(), ElementsAre(&first, &second));
}

TEST_F(TopicResolverTest, OneLookupIsInFlightForAName) {
  TopicResolver& resolver = Make();
  TestRecord first("t", "k", "1");
  TestRecord second("t", "k", "2");
  resolver.Enqueue(&first);
  lookup_.AwaitAsked(1);
  resolver.Enqueue(&second);
  lookup_.Reply(MetadataSource::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(2));
  EXPECT_THAT(lookup_.asked(), ElementsAre("t"));
}

TEST_F(TopicResolverTest, NoRecordOvertakesTheWaitersOfItsThread) {
  TopicResolver& resolver = Make();
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
  // As KafkaProducer::Send does it: past the resolver once the topic is known.
  std::thread sender([&] {
    for (std::size_t i = 0; i < kRecords; ++i) {
      if (i == kRecords / 2) {
        lookup_.Reply(MetadataSource::Answer::kFound);
        first_is_going.WaitFor(1);
      }
      if (client_.IsKnown("t")) {
        client_.Produce(&records[i]);
      } else {
        resolver.Enqueue(&records[i]);
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

TEST_F(TopicResolverTest, AnAbsentTopicFailsAllItsRecordsAndIsNotAskedForAgainAtOnce) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::hours(1)});
  TestRecord first("t", "k", "1");
  resolver.Enqueue(&first);
  lookup_.Reply(MetadataSource::Answer::kNotFound);
  EXPECT_EQ(CodeOfReport(first.Await()), ErrorCode::kTopicNotFound);
  TestRecord second("t", "k", "2");
  resolver.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kTopicNotFound);
  EXPECT_THAT(lookup_.asked(), SizeIs(1));
}

TEST_F(TopicResolverTest, AnAbsentTopicIsAskedForAgainAfterAWhile) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::milliseconds(0)});
  TestRecord first("t", "k", "1");
  resolver.Enqueue(&first);
  lookup_.Reply(MetadataSource::Answer::kNotFound);
  first.Await();
  TestRecord second("t", "k", "2");
  resolver.Enqueue(&second);
  lookup_.Reply(MetadataSource::Answer::kFound);
  EXPECT_TRUE(client_.produced_count.WaitFor(1));
}

TEST_F(TopicResolverTest, WithoutAnAnswerAllNamesFailAtOnce) {
  TopicResolver& resolver = Make();
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  TestRecord third("c", "k", "3");
  resolver.Enqueue(&first);
  lookup_.AwaitAsked(1);
  resolver.Enqueue(&second);
  resolver.Enqueue(&third);
  lookup_.BeSilent();
  EXPECT_EQ(CodeOfReport(first.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(CodeOfReport(third.Await()), ErrorCode::kBrokersUnavailable);
  EXPECT_THAT(lookup_.asked(), SizeIs(1));
}

TEST_F(TopicResolverTest, NamesThatWaitShareARequestAndEachGetsItsOwnAnswer) {
  TopicResolver& resolver = Make({.names_per_lookup = 3});
  TestRecord first("a", "k", "1");
  resolver.Enqueue(&first);
  lookup_.AwaitAsked(1);
  std::deque<TestRecord> records;
  for (const char* const name : {"b", "c", "d", "e"}) records.emplace_back(name, "k", "v");
  for (TestRecord& record : records) resolver.Enqueue(&record);
  using Answer = MetadataSource::Answer;
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

TEST_F(TopicResolverTest, NewNamesDoNotKeepKnownTopicsFromBeingAskedForAgain) {
  TopicResolver& resolver = Make({.refresh_every = std::chrono::milliseconds(0)});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "1");
  resolver.Enqueue(&first);
  lookup_.AwaitAsked(1);
  const int before = lookup_.refreshes.count();
  resolver.Enqueue(&second);
  lookup_.Reply(MetadataSource::Answer::kNotFound);
  EXPECT_TRUE(lookup_.refreshes.WaitFor(before + 1));
  resolver_.reset();  // reports waiting records before they go out of scope
}

TEST_F(TopicResolverTest, ATopicThatTheClusterCannotDescribeIsNotAbsent) {
  TopicResolver& resolver = Make();
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.Reply(MetadataSource::Answer::kUnavailable);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kBrokersUnavailable);
}

TEST_F(TopicResolverTest, AForbiddenTopicIsForbidden) {
  TopicResolver& resolver = Make();
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.Reply(MetadataSource::Answer::kForbidden);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kTopicAuthorizationFailed);
}

TEST_F(TopicResolverTest, ARecordThatIsNotTakenIsReported) {
  TopicResolver& resolver = Make();
  client_.refuse = true;
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.Reply(MetadataSource::Answer::kFound);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kOverloaded);
}

TEST_F(TopicResolverTest, WithoutAnInstanceTheTopicStaysUnknown) {
  TopicResolver& resolver = Make();
  client_.can_open = false;
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.Reply(MetadataSource::Answer::kFound);
  EXPECT_EQ(CodeOfReport(record.Await()), ErrorCode::kProducerFailed);
  EXPECT_FALSE(client_.IsKnown("t"));
}

TEST_F(TopicResolverTest, TooManyNamesAreRefused) {
  TopicResolver& resolver = Make({.max_waiting_names = 1});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  resolver.Enqueue(&first);
  resolver.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kOverloaded);
  resolver_.reset();  // reports waiting records before they go out of scope
}

TEST_F(TopicResolverTest, BeyondItsTopicsTheEmbeddedBrokerIsNotAsked) {
  TopicResolver& resolver = Make({.max_topics = 1});
  TestRecord first("a", "k", "1");
  TestRecord second("b", "k", "2");
  resolver.Enqueue(&first);
  lookup_.Reply(MetadataSource::Answer::kFound);
  ASSERT_TRUE(client_.produced_count.WaitFor(1));
  resolver.Enqueue(&second);
  EXPECT_EQ(CodeOfReport(second.Await()), ErrorCode::kTopicNotFound);
  EXPECT_THAT(lookup_.asked(), ElementsAre("a"));
}

TEST_F(TopicResolverTest, StopFailsWaitingAndLaterRecords) {
  TopicResolver& resolver = Make();
  TestRecord waiter("t", "k", "1");
  TestRecord late("t", "k", "2");
  resolver.Enqueue(&waiter);
  resolver.Stop();
  resolver.Enqueue(&late);
  EXPECT_EQ(CodeOfReport(waiter.Await()), ErrorCode::kDraining);
  EXPECT_EQ(CodeOfReport(late.Await()), ErrorCode::kDraining);
}

TEST_F(TopicResolverTest, IsIdleOnceItsWaitersAreReported) {
  TopicResolver& resolver = Make();
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  EXPECT_FALSE(resolver.WaitIdle(std::chrono::steady_clock::now()));
  lookup_.Reply(MetadataSource::Answer::kFound);
  EXPECT_TRUE(resolver.WaitIdle(std::chrono::steady_clock::now() + testing::kHang));
  EXPECT_THAT(client_.produced(), ElementsAre(&record));
}

TEST_F(TopicResolverTest, WhatWaitedIsDispatchedOnceItIsProduced) {
  TopicResolver& resolver = Make();
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.Reply(MetadataSource::Answer::kFound);
  EXPECT_TRUE(client_.dispatches.WaitFor(1));
  EXPECT_THAT(client_.produced(), ElementsAre(&record));
}

TEST_F(TopicResolverTest, AKnownTopicIsAskedForAgainAndItsNewLayoutPassedOn) {
  TopicResolver& resolver = Make({.refresh_every = std::chrono::milliseconds(1)});
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.See(MetadataSource::Reply{MetadataSource::Answer::kFound, {{1, 2, 3}}});
  lookup_.Reply(MetadataSource::Answer::kFound);
  ASSERT_TRUE(client_.updates.WaitFor(1));
  EXPECT_THAT(client_.layout().leaders, ElementsAre(1, 2, 3));
}

TEST_F(TopicResolverTest, ATopicThatIsGoneTwiceIsForgotten) {
  TopicResolver& resolver = Make(
      {.absent_for = std::chrono::milliseconds(0), .refresh_every = std::chrono::milliseconds(1)});
  TestRecord record("t", "k", "1");
  resolver.Enqueue(&record);
  lookup_.See(MetadataSource::Reply{MetadataSource::Answer::kNotFound, {}});
  lookup_.Reply(MetadataSource::Answer::kFound);
  ASSERT_TRUE(client_.forgotten.WaitFor(1));
  EXPECT_FALSE(client_.IsKnown("t"));
  EXPECT_EQ(client_.updates.count(), 0);
}

TEST_F(TopicResolverTest, AfterAProblemKnownTopicsAreAskedForSoon) {
  TopicResolver& resolver =
      Make({.refresh_every = std::chrono::hours(1), .refresh_soon = std::chrono::milliseconds(0)});
  resolver.RefreshSoon();
  EXPECT_TRUE(lookup_.refreshes.WaitFor(1));
}

TEST_F(TopicResolverTest, AReportMaySendAgain) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::hours(1)});
  TestRecord again("t", "k", "2");
  TestRecord first("t", "k", "1");
  first.on_report = [&](TestRecord&) { resolver.Enqueue(&again); };
  resolver.Enqueue(&first);
  lookup_.Reply(MetadataSource::Answer::kNotFound);
  EXPECT_EQ(CodeOfReport(again.Await()), ErrorCode::kTopicNotFound);
  first.Await();
}

}  // namespace
}  // namespace gateway
