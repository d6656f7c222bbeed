#include "service/auth/failed_attempts.h"

#include <gtest/gtest.h>

#include <string>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::seconds;
using testing::FakeClock;

class FailedAttemptsTest : public ::testing::Test {
 protected:
  // How many of `times` attempts are let through.
  int Try(const std::string& network, int times) {
    int passed = 0;
    for (int i = 0; i < times; ++i) {
      if (attempts.Count(network, clock.Now()).count() == 0) ++passed;
    }
    return passed;
  }

  FakeClock clock;
  FailedAttempts attempts{20};
};

TEST_F(FailedAttemptsTest, ANetworkHasSomeEachMinute) {
  EXPECT_EQ(Try("a", 50), 20);
  EXPECT_EQ(attempts.Count("a", clock.Now()), seconds(3));
  EXPECT_EQ(attempts.Wait("a", clock.Now()), seconds(3));
  EXPECT_EQ(Try("b", 50), 20) << "another network has its own";
  clock.Advance(seconds(3));
  EXPECT_EQ(attempts.Wait("a", clock.Now()).count(), 0);
  EXPECT_EQ(Try("a", 2), 1) << "one every 3 seconds";
  clock.Advance(seconds(60));
  EXPECT_EQ(Try("a", 50), 20);
}

TEST_F(FailedAttemptsTest, WhoIsUnknownNeedNotWait) {
  EXPECT_EQ(attempts.Wait("a", clock.Now()).count(), 0);
  EXPECT_EQ(attempts.size(), 0U);
}

TEST_F(FailedAttemptsTest, ZeroIsNoLimit) {
  FailedAttempts unlimited(0);
  for (int i = 0; i < 1'000; ++i) EXPECT_EQ(unlimited.Count("a", clock.Now()).count(), 0);
  EXPECT_EQ(unlimited.size(), 0U);
}

TEST_F(FailedAttemptsTest, SlowAttemptsAreNotForgottenBetweenTwoMinutes) {
  int passed = 0;
  for (int i = 0; i < 600; ++i) {
    passed += Try("a", 1);
    clock.Advance(seconds(1));
  }
  EXPECT_LE(passed, 20 + 200) << "20, and one every 3 seconds for 10 minutes";
}

TEST_F(FailedAttemptsTest, NetworksAreForgottenAfterTwoMinutes) {
  for (int i = 0; i < 1'000; ++i) Try(std::to_string(i), 1);
  EXPECT_EQ(attempts.size(), 1'000U);
  clock.Advance(seconds(60));
  Try("a", 1);
  clock.Advance(seconds(60));
  Try("b", 1);
  EXPECT_EQ(attempts.size(), 2U);
}

TEST_F(FailedAttemptsTest, ManyNetworksTakeBoundedMemory) {
  for (std::size_t i = 0; i < 4 * FailedAttempts::kMaxNetworks; ++i) Try(std::to_string(i), 1);
  EXPECT_LE(attempts.size(), FailedAttempts::kMaxNetworks);
}

}  // namespace
}  // namespace gateway
