#include "service/limits/admission.h"

#include <gtest/gtest.h>

#include <thread>
#include <utility>
#include <vector>

#include "support/cpp/fakes.h"

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

TEST(Admission, ATicketReleasesItsBytesWhenDestroyed) {
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

TEST(Admission, BytesNeededLaterAreAddedToTheTicket) {
  Admission admission(2, 100);
  Admission::Ticket ticket = admission.TryAdmit();
  EXPECT_TRUE(ticket.Grow(40));
  EXPECT_TRUE(ticket.Add(30));
  EXPECT_EQ(admission.bytes(), 70U);
  Admission::Ticket other = admission.TryAdmit();
  EXPECT_TRUE(other.Add(10));
  EXPECT_FALSE(other.Add(21));
  EXPECT_EQ(admission.bytes(), 80U);
  EXPECT_TRUE(Admission::Ticket().Add(1'000)) << "a request that has no budget needs no room";
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

TEST(Admission, TheOnlyRequestInFlightIsNeverRefused) {
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

class AdmissionPace : public ::testing::Test {
 protected:
  // So many requests of ten bytes each are admitted and released.
  void Drain(int requests) {
    for (int i = 0; i < requests; ++i) {
      Admission::Ticket ticket = admission.TryAdmit();
      EXPECT_TRUE(ticket.Grow(10));
    }
  }
  int RetryAfter() { return admission.RetryAfterSeconds(clock.Now()); }

  testing::FakeClock clock;
  Admission admission{1'000, 1'000'000};
};

TEST_F(AdmissionPace, IsASecondWhileNothingIsKnown) { EXPECT_EQ(RetryAfter(), 1); }

TEST_F(AdmissionPace, IsWhatTheRequestsInFlightTakeToDrain) {
  RetryAfter();
  Drain(10);
  std::vector<Admission::Ticket> waiting;
  for (int i = 0; i < 45; ++i) waiting.push_back(admission.TryAdmit());
  clock.Advance(std::chrono::seconds(2));  // five per second
  EXPECT_EQ(RetryAfter(), 9);
}

TEST_F(AdmissionPace, IsWhatTheBytesInFlightTakeToDrain) {
  RetryAfter();
  Drain(100);
  Admission::Ticket waiting = admission.TryAdmit();
  EXPECT_TRUE(waiting.Grow(6'500));
  clock.Advance(std::chrono::seconds(1));  // a thousand bytes per second
  EXPECT_EQ(RetryAfter(), 7);
}

TEST_F(AdmissionPace, IsTheMostWhenNothingDrains) {
  RetryAfter();
  const Admission::Ticket waiting = admission.TryAdmit();
  clock.Advance(std::chrono::seconds(1));
  EXPECT_EQ(RetryAfter(), Admission::kMaxRetryAfterSeconds);
}

TEST_F(AdmissionPace, ForgetsWhatIsOld) {
  RetryAfter();
  const Admission::Ticket waiting = admission.TryAdmit();
  clock.Advance(std::chrono::seconds(1));
  EXPECT_GT(RetryAfter(), 1);
  clock.Advance(std::chrono::seconds(60));
  EXPECT_EQ(RetryAfter(), 1);
}

}  // namespace
}  // namespace gateway
