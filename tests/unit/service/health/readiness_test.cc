#include "service/health/readiness.h"

#include <gtest/gtest.h>

#include "service/ports/clock.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using State = Readiness::State;
using std::chrono::milliseconds;

class ReadinessTest : public ::testing::Test {
 protected:
  State Check() { return readiness_.Check().state; }

  testing::FakeKafkaHealth kafka_;
  testing::FakeClock clock_;
  Lifecycle lifecycle_;
  Readiness readiness_{kafka_, lifecycle_, clock_, milliseconds(1'000)};
};

TEST_F(ReadinessTest, IsReadyWhenKafkaAnswers) { EXPECT_EQ(Check(), State::kReady); }

TEST_F(ReadinessTest, IsNotReadyBeforeKafkaHasEverAnsweredGraceOrNot) {
  kafka_.status.ready = false;
  EXPECT_EQ(Check(), State::kNotReady);
}

TEST_F(ReadinessTest, IsDegradedWithinTheGraceAndNotReadyFromItsEndOn) {
  EXPECT_EQ(Check(), State::kReady);
  kafka_.status.ready = false;
  clock_.Advance(milliseconds(999));
  EXPECT_EQ(Check(), State::kDegraded);
  clock_.Advance(milliseconds(1));
  EXPECT_EQ(Check(), State::kNotReady);
}

TEST_F(ReadinessTest, AskingDoesNotProlongTheGrace) {
  EXPECT_EQ(Check(), State::kReady);
  kafka_.status.ready = false;
  for (int i = 0; i < 10; ++i) {
    clock_.Advance(milliseconds(100));
    static_cast<void>(Check());
  }
  EXPECT_EQ(Check(), State::kNotReady);
  kafka_.status.ready = true;
  EXPECT_EQ(Check(), State::kReady);
}

TEST_F(ReadinessTest, IsNotReadyWhileShuttingDownHoweverWellKafkaIs) {
  lifecycle_.BeginShutdown();
  const Readiness::Report report = readiness_.Check();
  EXPECT_EQ(report.state, State::kNotReady);
  EXPECT_TRUE(report.stopping);
  EXPECT_TRUE(report.kafka.ready);
}

TEST(Lifecycle, GoesOneWayFromServingToStoppingToDraining) {
  Lifecycle lifecycle;
  const Clock::TimePoint now(std::chrono::hours(1));
  EXPECT_FALSE(lifecycle.stopping());
  lifecycle.BeginShutdown();
  EXPECT_TRUE(lifecycle.stopping());
  EXPECT_TRUE(lifecycle.TakesSends(now));
  lifecycle.BeginDrain(now);
  EXPECT_FALSE(lifecycle.TakesSends(now));
  lifecycle.BeginShutdown();
  EXPECT_FALSE(lifecycle.TakesSends(now));
}

TEST(Lifecycle, DrainingImpliesStopping) {
  Lifecycle lifecycle;
  lifecycle.BeginDrain({});
  EXPECT_TRUE(lifecycle.stopping());
}

TEST(Lifecycle, ADrainTakesSendsUntilShortlyBeforeItsEnd) {
  Lifecycle lifecycle;
  const Clock::TimePoint end(std::chrono::hours(1));
  lifecycle.BeginDrain(end);
  EXPECT_TRUE(lifecycle.TakesSends(end - std::chrono::seconds(20)));
  EXPECT_TRUE(lifecycle.TakesSends(end - Lifecycle::kLastIntake));
  EXPECT_FALSE(lifecycle.TakesSends(end - Lifecycle::kLastIntake + std::chrono::milliseconds(1)));
  EXPECT_FALSE(lifecycle.TakesSends(end + std::chrono::hours(1)));
}

}  // namespace
}  // namespace gateway
