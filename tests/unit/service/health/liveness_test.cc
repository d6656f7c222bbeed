#include "service/health/liveness.h"

#include <gtest/gtest.h>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LivenessTest : public ::testing::Test {
 protected:
  void TickFor(int times) {
    for (int i = 0; i < times; ++i) {
      clock_.Advance(seconds(1));
      liveness_.Tick();
    }
  }
  Liveness::Thread Only() const {
    const auto threads = liveness_.Check();
    EXPECT_EQ(threads.size(), 1U);
    return threads.front();
  }

  testing::FakeClock clock_;
  Liveness liveness_{clock_};
};

TEST_F(LivenessTest, AThreadThatBeatsIsNotStuck) {
  Heartbeat& heartbeat = liveness_.Add("poll", seconds(10));
  for (int i = 0; i < 100; ++i) {
    heartbeat.Beat();
    TickFor(1);
  }
  EXPECT_FALSE(Only().stuck);
  EXPECT_LE(Only().age, seconds(1));
  EXPECT_EQ(Only().name, "poll");
}

TEST_F(LivenessTest, AThreadThatDoesNotBeatIsStuckAfterItsLimitAndNotBefore) {
  Heartbeat& heartbeat = liveness_.Add("poll", seconds(10));
  TickFor(1);
  heartbeat.Beat();
  TickFor(1);
  TickFor(9);
  EXPECT_FALSE(Only().stuck);
  TickFor(1);
  EXPECT_TRUE(Only().stuck);
  EXPECT_EQ(Only().age, seconds(11));
}

TEST_F(LivenessTest, AStuckThreadThatRespondsAgainIsHealthy) {
  Heartbeat& heartbeat = liveness_.Add("poll", seconds(10));
  TickFor(20);
  ASSERT_TRUE(Only().stuck);
  heartbeat.Beat();
  EXPECT_EQ(Only().age, seconds(0));
  TickFor(1);
  EXPECT_FALSE(Only().stuck);
  EXPECT_EQ(Only().age, seconds(1));
}

TEST_F(LivenessTest, AThreadThatSleepsIsAskedAndItsAnswerCounts) {
  int asked = 0;
  liveness_.Add("http-0", seconds(10), [&](Heartbeat& heartbeat) {
    ++asked;
    heartbeat.Beat();
  });
  TickFor(100);
  EXPECT_EQ(asked, 100);
  EXPECT_FALSE(Only().stuck);
}

TEST_F(LivenessTest, AThreadThatDoesNotAnswerIsAskedOnceAndIsStuck) {
  int asked = 0;
  liveness_.Add("http-0", seconds(10), [&](Heartbeat&) { ++asked; });
  TickFor(100);
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(Only().stuck);
}

TEST_F(LivenessTest, AProcessThatWasStoppedAsAWholeIsAliveWhenItContinues) {
  Heartbeat& heartbeat = liveness_.Add("poll", seconds(10));
  heartbeat.Beat();
  TickFor(1);
  clock_.Advance(seconds(600));
  EXPECT_FALSE(Only().stuck) << "there was no tick either";
  liveness_.Tick();
  EXPECT_FALSE(Only().stuck);
}

TEST_F(LivenessTest, TicksThatComeTooSoonDoNotCount) {
  liveness_.Add("poll", seconds(10));
  for (int i = 0; i < 1'000; ++i) {
    clock_.Advance(milliseconds(1));
    liveness_.Tick();
  }
  EXPECT_FALSE(Only().stuck);
}

}  // namespace
}  // namespace gateway
