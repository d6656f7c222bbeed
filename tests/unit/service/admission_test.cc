#include "admission.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

namespace gateway {
namespace {

TEST(Admission, TakesAsManyRequestsAsAllowedAndGivesThemBack) {
  Admission admission(2, 100);
  Admission::Ticket first = admission.TryAdmit();
  {
    const Admission::Ticket second = admission.TryAdmit();
    EXPECT_TRUE(first);
    EXPECT_TRUE(second);
    EXPECT_FALSE(admission.TryAdmit());
    EXPECT_EQ(admission.requests(), 2U) << "a refused request takes nothing";
  }
  EXPECT_EQ(admission.requests(), 1U);
  EXPECT_TRUE(admission.TryAdmit());
}

TEST(Admission, ATicketGivesBackItsBytesWhenItGoes) {
  Admission admission(2, 100);
  {
    Admission::Ticket ticket = admission.TryAdmit();
    EXPECT_TRUE(ticket.Grow(40));
    EXPECT_TRUE(ticket.Grow(70));
    EXPECT_EQ(admission.bytes(), 70U) << "Grow says the sum, not the difference";
    EXPECT_TRUE(ticket.Grow(10)) << "it never shrinks";
    EXPECT_EQ(admission.bytes(), 70U);
  }
  EXPECT_EQ(admission.bytes(), 0U);
}

TEST(Admission, RefusesToGrowOverTheBudgetAndTakesNothingThen) {
  Admission admission(3, 100);
  Admission::Ticket first = admission.TryAdmit();
  Admission::Ticket second = admission.TryAdmit();
  EXPECT_TRUE(first.Grow(60));
  EXPECT_TRUE(second.Grow(40));
  EXPECT_FALSE(second.Grow(41));
  EXPECT_EQ(admission.bytes(), 100U);
}

TEST(Admission, ARequestThatIsAloneIsNeverRefused) {
  Admission admission(2, 100);
  Admission::Ticket alone = admission.TryAdmit();
  EXPECT_TRUE(alone.Grow(50));
  EXPECT_TRUE(alone.Grow(5'000));
  Admission::Ticket other = admission.TryAdmit();
  EXPECT_FALSE(other.Grow(1));
}

TEST(Admission, ATicketThatWasMovedFromGivesNothingBack) {
  Admission admission(2, 100);
  Admission::Ticket first = admission.TryAdmit();
  EXPECT_TRUE(first.Grow(30));
  Admission::Ticket moved = std::move(first);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_EQ(admission.bytes(), 30U);
  moved = Admission::Ticket();
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(admission.bytes(), 0U);
}

TEST(Admission, AnEmptyTicketGrowsForFree) {
  Admission::Ticket none;
  EXPECT_TRUE(none.Grow(1'000'000));
}

TEST(Admission, ManyThreadsLeaveNothingBehindAndNeverExceedTheLimit) {
  Admission admission(3, 1'000);
  std::vector<std::thread> threads;
  std::atomic<bool> exceeded{false};
  std::atomic<int> inside{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20'000; ++i) {
        Admission::Ticket ticket = admission.TryAdmit();
        if (!ticket) continue;
        if (inside.fetch_add(1) >= 3) exceeded = true;
        static_cast<void>(ticket.Grow(400));
        inside.fetch_sub(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(exceeded);
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(admission.bytes(), 0U);
}

}  // namespace
}  // namespace gateway
