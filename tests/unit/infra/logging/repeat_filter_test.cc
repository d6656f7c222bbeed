#include "infra/logging/repeat_filter.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class RepeatFilterTest : public ::testing::Test {
 protected:
  bool Add(const std::string& kind, const std::string& text, const std::string& source = "log") {
    return filter_.Add(kind, {LogLevel::kWarning, source, text});
  }
  void Pass(int times) {
    for (int i = 0; i < times; ++i) {
      clock_.Advance(seconds(1));
      filter_.Tick();
    }
  }
  std::vector<std::string> Written() { return std::exchange(written_, {}); }

  testing::FakeClock clock_;
  std::vector<std::string> written_;
  RepeatFilter filter_{clock_, [this](const RepeatFilter::Message& message, std::int64_t repeated) {
                         written_.push_back(message.text + " +" + std::to_string(repeated));
                       }};
};

TEST_F(RepeatFilterTest, WritesTheFirstOfAKindAndCountsTheOthers) {
  EXPECT_TRUE(Add("down", "down 1"));
  EXPECT_FALSE(Add("down", "down 2"));
  EXPECT_THAT(Written(), ElementsAre("down 1 +0"));
}

TEST_F(RepeatFilterTest, KindsDoNotCountForEachOther) {
  Add("down", "down 1");
  EXPECT_TRUE(Add("slow", "slow 1"));
  EXPECT_THAT(Written(), ElementsAre("down 1 +0", "slow 1 +0"));
}

TEST_F(RepeatFilterTest, TheNextAfterAMinuteCarriesTheCount) {
  Add("down", "down 1");
  Add("down", "down 2");
  Add("down", "down 3");
  clock_.Advance(seconds(59));
  EXPECT_FALSE(Add("down", "down 4"));
  clock_.Advance(seconds(1));
  EXPECT_TRUE(Add("down", "down 5"));
  EXPECT_THAT(Written(), ElementsAre("down 1 +0", "down 5 +3"));
}

TEST_F(RepeatFilterTest, TickWritesTheLastOfAKindWithTheCount) {
  Add("down", "down 1");
  Add("down", "down 2");
  Add("down", "down 3");
  Pass(59);
  EXPECT_THAT(Written(), ElementsAre("down 1 +0"));
  Pass(1);
  EXPECT_THAT(Written(), ElementsAre("down 3 +2"));
}

TEST_F(RepeatFilterTest, AfterTickHasWrittenTheSeriesGoesOnForAMinute) {
  Add("down", "down 1");
  Add("down", "down 2");
  Pass(60);
  Written();
  EXPECT_FALSE(Add("down", "down 3"));
  Pass(60);
  EXPECT_THAT(Written(), ElementsAre("down 3 +1"));
}

TEST_F(RepeatFilterTest, AKindThatStaysQuietIsNewAgain) {
  Add("down", "down 1");
  Pass(60);
  EXPECT_TRUE(Add("down", "down 2"));
  EXPECT_THAT(Written(), ElementsAre("down 1 +0", "down 2 +0"));
}

TEST_F(RepeatFilterTest, OneOccurrenceFromTwoSourcesIsCountedOnce) {
  for (int i = 0; i < 3; ++i) {
    Add("down", "down", "log");
    Add("down", "down", "event");
  }
  Pass(60);
  EXPECT_THAT(Written(), ElementsAre("down +0", "down +2"));
}

TEST_F(RepeatFilterTest, FlushWritesTheCountsAndForgetsTheKinds) {
  Add("down", "down 1");
  Add("down", "down 2");
  Add("slow", "slow 1");
  Written();
  filter_.Flush();
  EXPECT_THAT(Written(), ElementsAre("down 2 +1"));
  filter_.Flush();
  EXPECT_THAT(Written(), IsEmpty());
  EXPECT_TRUE(Add("down", "down 3"));
}

TEST_F(RepeatFilterTest, TooManyKindsLoseNoCount) {
  Add("down", "down 1");
  Add("down", "down 2");
  for (std::size_t i = 1; i < RepeatFilter::kMaxKinds; ++i) Add(std::to_string(i), "other");
  Written();
  Add("one more", "one more");
  EXPECT_THAT(Written(), ElementsAre("down 2 +1", "one more +0"));
}

}  // namespace
}  // namespace gateway
