#include "infra/kafka/metadata/topic_resolver.h"

#include <gmock/gmock.h>

#include "service/types/error.h"
#include "support/cpp/topic_resolver_fixture.h"

namespace gateway {
namespace {

using Answer = MetadataSource::Answer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing::TopicResolverTest;

TEST_F(TopicResolverTest, ANameIsLookedUpAndItsLayoutReported) {
  TopicResolver& resolver = Make();
  resolver.Resolve("t");
  metadata_.Reply(Answer::kFound);
  EXPECT_THAT(listener_.AwaitFound(1), ElementsAre("t"));
  EXPECT_THAT(metadata_.asked(), ElementsAre("t"));
}

TEST_F(TopicResolverTest, AnAbsentTopicIsNotAskedForAgainAtOnce) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::hours(1)});
  resolver.Resolve("t");
  metadata_.Reply(Answer::kNotFound);
  EXPECT_THAT(listener_.AwaitUnresolved(1), ElementsAre("t"));
  resolver.Resolve("t");
  EXPECT_THAT(listener_.AwaitUnresolved(2), ElementsAre("t", "t"));
  EXPECT_EQ(listener_.CodeOf("t"), ErrorCode::kTopicNotFound);
  EXPECT_THAT(metadata_.asked(), SizeIs(1));
}

TEST_F(TopicResolverTest, AnAbsentTopicIsAskedForAgainAfterAWhile) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::milliseconds(0)});
  resolver.Resolve("t");
  metadata_.Reply(Answer::kNotFound);
  listener_.AwaitUnresolved(1);
  resolver.Resolve("t");
  metadata_.Reply(Answer::kFound);
  EXPECT_THAT(listener_.AwaitFound(1), ElementsAre("t"));
}

TEST_F(TopicResolverTest, WhenNoBrokerAnswersAllNamesAreUnresolvedTogether) {
  TopicResolver& resolver = Make();
  resolver.Resolve("a");
  metadata_.AwaitAsked(1);
  resolver.Resolve("b");
  resolver.Resolve("c");
  metadata_.BeSilent();
  EXPECT_THAT(listener_.AwaitUnresolved(3), ElementsAre("a", "b", "c"));
  for (const char* const name : {"a", "b", "c"}) {
    EXPECT_EQ(listener_.CodeOf(name), ErrorCode::kBrokersUnavailable);
  }
  EXPECT_THAT(metadata_.asked(), SizeIs(1));
}

TEST_F(TopicResolverTest, NamesThatWaitShareARequestAndEachGetsItsOwnAnswer) {
  TopicResolver& resolver = Make({.names_per_lookup = 3});
  resolver.Resolve("a");
  metadata_.AwaitAsked(1);
  for (const char* const name : {"b", "c", "d", "e"}) resolver.Resolve(name);
  for (const Answer answer : {Answer::kNotFound, Answer::kFound, Answer::kForbidden,
                              Answer::kNotFound, Answer::kIllegalName}) {
    metadata_.Reply(answer);
  }
  EXPECT_THAT(listener_.AwaitUnresolved(4), ElementsAre("a", "c", "d", "e"));
  EXPECT_THAT(listener_.AwaitFound(1), ElementsAre("b"));
  EXPECT_EQ(listener_.CodeOf("a"), ErrorCode::kTopicNotFound);
  EXPECT_EQ(listener_.CodeOf("c"), ErrorCode::kTopicNotAuthorized);
  EXPECT_EQ(listener_.CodeOf("d"), ErrorCode::kTopicNotFound);
  EXPECT_EQ(listener_.CodeOf("e"), ErrorCode::kInvalidRecord);
  EXPECT_THAT(metadata_.asked(), ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_THAT(metadata_.names_per_lookup(), ElementsAre(1U, 3U, 1U));
}

TEST_F(TopicResolverTest, NewNamesDoNotKeepKnownTopicsFromBeingAskedForAgain) {
  TopicResolver& resolver = Make({.refresh_every = std::chrono::milliseconds(0)});
  resolver.Resolve("a");
  metadata_.AwaitAsked(1);
  const int before = metadata_.refreshes.count();
  resolver.Resolve("b");
  metadata_.Reply(Answer::kNotFound);
  EXPECT_TRUE(metadata_.refreshes.WaitFor(before + 1));
}

TEST_F(TopicResolverTest, ATopicThatTheClusterCannotDescribeIsNotCalledAbsent) {
  TopicResolver& resolver = Make();
  resolver.Resolve("t");
  metadata_.Reply(Answer::kUnavailable);
  listener_.AwaitUnresolved(1);
  EXPECT_EQ(listener_.CodeOf("t"), ErrorCode::kBrokersUnavailable);
}

TEST_F(TopicResolverTest, ATopicThatCannotBeWrittenToNowStaysUnknown) {
  TopicResolver& resolver = Make({.refresh_every = std::chrono::milliseconds(1)});
  listener_.can_open = false;
  resolver.Resolve("t");
  metadata_.See(MetadataSource::Reply{Answer::kFound, {{1}}});
  metadata_.Reply(Answer::kFound);
  listener_.AwaitUnresolved(1);
  EXPECT_EQ(listener_.CodeOf("t"), ErrorCode::kProducerFailed);
  EXPECT_TRUE(metadata_.refreshes.WaitFor(metadata_.refreshes.count() + 2));
  EXPECT_EQ(listener_.layouts.count(), 0);
}

TEST_F(TopicResolverTest, TooManyNamesAreRefused) {
  TopicResolver& resolver = Make({.max_waiting_names = 1});
  resolver.Resolve("a");
  metadata_.AwaitAsked(1);
  resolver.Resolve("b");
  EXPECT_THAT(listener_.AwaitUnresolved(1), ElementsAre("b"));
  EXPECT_EQ(listener_.CodeOf("b"), ErrorCode::kOverloaded);
}

TEST_F(TopicResolverTest, BeyondItsTopicsTheEmbeddedBrokerIsNotAsked) {
  TopicResolver& resolver = Make({.max_topics = 1});
  resolver.Resolve("a");
  metadata_.Reply(Answer::kFound);
  listener_.AwaitFound(1);
  resolver.Resolve("b");
  EXPECT_THAT(listener_.AwaitUnresolved(1), ElementsAre("b"));
  EXPECT_EQ(listener_.CodeOf("b"), ErrorCode::kTopicNotFound);
  EXPECT_THAT(metadata_.asked(), ElementsAre("a"));
}

TEST_F(TopicResolverTest, StopGivesUpWhatWaitsAndWhatComesLaterAtOnce) {
  TopicResolver& resolver = Make();
  resolver.Resolve("looked up");
  metadata_.AwaitAsked(1);
  resolver.Resolve("waiting");
  resolver.Stop();
  resolver.Resolve("late");
  EXPECT_THAT(listener_.AwaitUnresolved(3), ElementsAre("looked up", "waiting", "late"));
  for (const char* const name : {"looked up", "waiting", "late"}) {
    EXPECT_EQ(listener_.CodeOf(name), ErrorCode::kDraining);
  }
  resolver_.reset();
  EXPECT_THAT(listener_.AwaitUnresolved(3), SizeIs(3)) << "each name once";
  EXPECT_THAT(listener_.AwaitFound(0), IsEmpty());
}

TEST_F(TopicResolverTest, AKnownTopicIsAskedForAgainAndItsNewLayoutPassedOn) {
  TopicResolver& resolver = Make({.refresh_every = std::chrono::milliseconds(1)});
  resolver.Resolve("t");
  metadata_.See(MetadataSource::Reply{Answer::kFound, {{1, 2, 3}}});
  metadata_.Reply(Answer::kFound);
  ASSERT_TRUE(listener_.layouts.WaitFor(1));
  EXPECT_THAT(listener_.layout().leaders, ElementsAre(1, 2, 3));
}

TEST_F(TopicResolverTest, ATopicThatIsMissingTwiceIsGone) {
  TopicResolver& resolver = Make(
      {.absent_for = std::chrono::milliseconds(0), .refresh_every = std::chrono::milliseconds(1)});
  resolver.Resolve("t");
  metadata_.See(MetadataSource::Reply{Answer::kNotFound, {}});
  metadata_.Reply(Answer::kFound);
  EXPECT_THAT(listener_.AwaitGone(1), ElementsAre("t"));
  EXPECT_EQ(listener_.layouts.count(), 0);
}

TEST_F(TopicResolverTest, AfterAProblemKnownTopicsAreAskedForSoon) {
  TopicResolver& resolver =
      Make({.refresh_every = std::chrono::hours(1), .refresh_soon = std::chrono::milliseconds(0)});
  resolver.RefreshSoon();
  EXPECT_TRUE(metadata_.refreshes.WaitFor(1));
}

TEST_F(TopicResolverTest, AListenerMayAskAgain) {
  TopicResolver& resolver = Make({.absent_for = std::chrono::hours(1)});
  listener_.on_unresolved = [&resolver] { resolver.Resolve("t"); };
  resolver.Resolve("t");
  metadata_.Reply(Answer::kNotFound);
  EXPECT_THAT(listener_.AwaitUnresolved(2), ElementsAre("t", "t"));
}

}  // namespace
}  // namespace gateway
