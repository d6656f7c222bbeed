// What a WaveQueue tells of itself.
#include <gmock/gmock.h>

#include <chrono>

#include "infra/kafka/accumulator/wave_queue.h"
#include "support/cpp/wave_queue_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::WaveQueueTest;

class WaveLookTest : public WaveQueueTest {
 protected:
  void TickFor(milliseconds time) {
    for (milliseconds gone{0}; gone < time; gone += milliseconds(50)) {
      clock_.Advance(milliseconds(50));
      queue_->Tick();
    }
  }
};

TEST_F(WaveLookTest, WhenNothingWaitsThereIsNoOldest) {
  AddTopic("t", {1});
  Send("t", "a");
  Store("t");
  const auto load = queue_->Look();
  EXPECT_EQ(load.held, 0U);
  EXPECT_EQ(load.out, 0U);
  EXPECT_FALSE(load.oldest.has_value());
}

TEST_F(WaveLookTest, TellsHowLongKafkaHasNotAnswered) {
  AddTopic("t", {1});
  Send("t", "a");
  TickFor(seconds(5));
  Send("t", "b");
  const auto load = queue_->Look();
  EXPECT_EQ(load.held, 1U);
  EXPECT_EQ(load.out, 1U);
  EXPECT_EQ(load.oldest, seconds(5));
  Store("t");
  EXPECT_EQ(queue_->Look().oldest, milliseconds(0)) << "the other one has just gone";
  Store("t");
}

TEST_F(WaveLookTest, TellsHowLongARecordWaitsForABrokerThatIsAway) {
  AddTopic("t", {1});
  BrokersAre({Down(1)});
  TickFor(seconds(1));
  Send("t", "a");
  TickFor(seconds(3));
  Send("t", "b");
  const auto oldest = queue_->Look().oldest;
  ASSERT_TRUE(oldest.has_value());
  EXPECT_GE(*oldest, seconds(3) - milliseconds(100));
  EXPECT_LE(*oldest, seconds(3));
  queue_->FailHeld(ErrorCode::kDraining);
}

}  // namespace
}  // namespace gateway
