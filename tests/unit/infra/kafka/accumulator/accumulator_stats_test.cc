// The statistics of a RecordAccumulator.
#include <gmock/gmock.h>

#include <chrono>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "support/cpp/record_accumulator_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::RecordAccumulatorTest;

class AccumulatorStatsTest : public RecordAccumulatorTest {
 protected:
  void TickFor(milliseconds time) {
    for (milliseconds gone{0}; gone < time; gone += milliseconds(50)) {
      clock_.Advance(milliseconds(50));
      queue_->Tick();
    }
  }
};

TEST_F(AccumulatorStatsTest, WhenNothingWaitsThereIsNoOldest) {
  AddTopic("t", {1});
  Send("t", "a");
  Store("t");
  const auto stats = queue_->Snapshot();
  EXPECT_EQ(stats.held, 0U);
  EXPECT_EQ(stats.in_flight, 0U);
  EXPECT_FALSE(stats.oldest.has_value());
}

TEST_F(AccumulatorStatsTest, ReportsHowLongKafkaHasNotAnswered) {
  AddTopic("t", {1});
  Send("t", "a");
  TickFor(seconds(5));
  Send("t", "b");
  const auto stats = queue_->Snapshot();
  EXPECT_EQ(stats.held, 1U);
  EXPECT_EQ(stats.in_flight, 1U);
  EXPECT_EQ(stats.oldest, seconds(5));
  Store("t");
  EXPECT_EQ(queue_->Snapshot().oldest, milliseconds(0)) << "the other one has just gone";
  Store("t");
}

TEST_F(AccumulatorStatsTest, ReportsHowLongARecordWaitsForABrokerThatIsDown) {
  AddTopic("t", {1});
  BrokersAre({Down(1)});
  TickFor(seconds(1));
  Send("t", "a");
  TickFor(seconds(3));
  Send("t", "b");
  const auto oldest = queue_->Snapshot().oldest;
  ASSERT_TRUE(oldest.has_value());
  EXPECT_GE(*oldest, seconds(3) - milliseconds(100));
  EXPECT_LE(*oldest, seconds(3));
  queue_->FailHeld(ErrorCode::kDraining);
}

}  // namespace
}  // namespace gateway
