#include "infra/kafka/accumulator/concurrency_limit.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

class ConcurrencyLimitTest : public ::testing::Test {
 protected:
  // `times` acknowledgements, one after the other.
  void Acknowledge(microseconds latency, int times, bool limited = true) {
    for (int i = 0; i < times; ++i) {
      now_ += latency;
      limit_.OnAcknowledged(latency, limited, 8, now_);
    }
  }

  ConcurrencyLimit limit_;
  Clock::TimePoint now_{seconds(1'000)};
};

TEST_F(ConcurrencyLimitTest, BeginsWithOneRoundAtATime) { EXPECT_TRUE(limit_.one_round()); }

TEST_F(ConcurrencyLimitTest, GrowsToAllSlotsWhileAcknowledgementsStayQuick) {
  Acknowledge(milliseconds(5), 2);
  EXPECT_FALSE(limit_.one_round());
  EXPECT_LT(limit_.slots(), 8 * kSlotsPerProducer);
  Acknowledge(milliseconds(6), 30);
  EXPECT_EQ(limit_.slots(), 8 * kSlotsPerProducer) << "and no further";
}

TEST_F(ConcurrencyLimitTest, DoesNotGrowWithoutNeed) {
  Acknowledge(milliseconds(5), 100, false);
  EXPECT_TRUE(limit_.one_round());
}

TEST_F(ConcurrencyLimitTest, DoesNotOverlapRoundTripsThatAreShort) {
  Acknowledge(microseconds(450), 100);
  EXPECT_TRUE(limit_.one_round());
}

TEST_F(ConcurrencyLimitTest, ShrinksWhenAcknowledgementsTakeLonger) {
  Acknowledge(milliseconds(5), 20);
  ASSERT_FALSE(limit_.one_round());
  Acknowledge(milliseconds(10), 40);
  EXPECT_TRUE(limit_.one_round());
}

TEST_F(ConcurrencyLimitTest, KeepsWhatItHasInBetween) {
  Acknowledge(milliseconds(5), 4);
  const std::size_t slots = limit_.slots();
  Acknowledge(microseconds(6'800), 40);
  EXPECT_GE(limit_.slots(), slots);
  const std::size_t then = limit_.slots();
  Acknowledge(microseconds(6'800), 40);
  EXPECT_EQ(limit_.slots(), then);
}

TEST_F(ConcurrencyLimitTest, AdjustsOncePerRoundTripHoweverManyAcknowledgementsCome) {
  Acknowledge(milliseconds(5), 2);
  const std::size_t slots = limit_.slots();
  for (int i = 0; i < 100; ++i) limit_.OnAcknowledged(milliseconds(5), true, 8, now_);
  EXPECT_EQ(limit_.slots(), slots);
}

TEST_F(ConcurrencyLimitTest, FollowsANetworkThatHasBecomeSlower) {
  Acknowledge(milliseconds(5), 20);
  Acknowledge(milliseconds(20), 100);
  EXPECT_TRUE(limit_.one_round()) << "it cannot know yet that nothing queues";
  Acknowledge(milliseconds(20), 2'000);  // the 5 ms no longer count
  EXPECT_FALSE(limit_.one_round());
}

TEST_F(ConcurrencyLimitTest, ThePaceIsAPartOfTheRoundTripWithinBounds) {
  Acknowledge(milliseconds(1), 50);
  EXPECT_EQ(limit_.pace(), microseconds(500));
  ConcurrencyLimit slow;
  for (int i = 1; i < 50; ++i) {
    slow.OnAcknowledged(milliseconds(60), true, 8, now_ + i * milliseconds(60));
  }
  EXPECT_EQ(slow.pace(), milliseconds(4));
}

}  // namespace
}  // namespace gateway
