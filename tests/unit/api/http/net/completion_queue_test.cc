#include "api/http/net/completion_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace gateway::http {
namespace {

bool Readable(int fd) {
  pollfd polled{fd, POLLIN, 0};
  return poll(&polled, 1, 0) == 1;
}

Response Status(int status) {
  Response response;
  response.status = status;
  return response;
}

// The test's thread is the loop.
class CompletionQueueTest : public ::testing::Test {
 protected:
  ~CompletionQueueTest() override { queue_->Close(); }

  void Open() {
    queue_->Open([this](RequestId id, std::chrono::steady_clock::time_point,
                        const CompletionQueue::Task&) { deadlines_.push_back(id.sequence); });
  }
  // The sequence numbers and statuses of the available completions.
  std::vector<std::pair<std::uint64_t, int>> Take() {
    std::vector<CompletionQueue::Completion> completions;
    std::vector<CompletionQueue::Task> tasks;
    queue_->Take(&completions, &tasks);
    tasks_ += tasks.size();
    std::vector<std::pair<std::uint64_t, int>> taken;
    for (const auto& completion : completions) {
      taken.emplace_back(completion.id.sequence,
                         std::get<Responder::Build>(completion.message)().status);
    }
    return taken;
  }
  Responder Make(std::uint64_t sequence) { return {queue_, {1, sequence}}; }

  const std::shared_ptr<CompletionQueue> queue_ = std::make_shared<CompletionQueue>();
  std::vector<std::uint64_t> deadlines_;
  std::size_t tasks_ = 0;
};

using Taken = std::vector<std::pair<std::uint64_t, int>>;

TEST_F(CompletionQueueTest, AnAnswerFromAnotherThreadWakesTheLoopOnce) {
  Open();
  std::thread([&] {
    Make(1).Send([] { return Status(201); });
    Make(2).Send([] { return Status(202); });
  }).join();
  EXPECT_TRUE(Readable(queue_->fd()));
  queue_->ClearWakeUp();
  EXPECT_EQ(Take(), (Taken{{1, 201}, {2, 202}}));
  EXPECT_FALSE(Readable(queue_->fd()));
  EXPECT_EQ(Take(), Taken());
}

TEST_F(CompletionQueueTest, AnAnswerOnTheLoopsOwnThreadNeedsNoWakeUp) {
  Open();
  Make(1).Send([] { return Status(200); });
  EXPECT_FALSE(Readable(queue_->fd()));
  EXPECT_EQ(Take(), (Taken{{1, 200}}));
}

TEST_F(CompletionQueueTest, ATaskAfterClearWakeUpWakesAgain) {
  Open();
  std::thread([&] { queue_->Post([] {}); }).join();
  queue_->ClearWakeUp();
  std::thread([&] { queue_->Post([] {}); }).join();
  Take();
  EXPECT_EQ(tasks_, 2U);
  std::thread([&] { queue_->Post([] {}); }).join();
  EXPECT_TRUE(Readable(queue_->fd()));
}

TEST_F(CompletionQueueTest, NothingIsLostBetweenPushersAndTaker) {
  Open();
  constexpr int kEach = 5'000;
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) Make(1).Send([] { return Status(200); });
    });
  }
  std::size_t taken = 0;
  while (taken < 3U * kEach) {
    pollfd polled{queue_->fd(), POLLIN, 0};
    ASSERT_EQ(poll(&polled, 1, 20'000), 1) << "a wake-up was lost after " << taken;
    queue_->ClearWakeUp();
    taken += Take().size();
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 3U * kEach);
}

TEST_F(CompletionQueueTest, AfterCloseEverythingIsDropped) {
  Open();
  const auto watch = std::make_shared<int>(1);
  Make(1).Send([watch] { return Status(200); });
  std::thread([&] { Make(2).Send([watch] { return Status(200); }); }).join();
  queue_->Close();
  Make(3).Send([watch] { return Status(200); });
  queue_->Post([watch] {});
  EXPECT_EQ(watch.use_count(), 1) << "the dropped message is not kept";
  EXPECT_EQ(Take(), Taken());
}

TEST_F(CompletionQueueTest, ADeadlineIsPassedOnFromTheOwnThreadOnly) {
  Open();
  Responder responder = Make(7);
  responder.SetDeadline({}, [] {});
  std::thread([&] { responder.SetDeadline({}, [] {}); }).join();
  EXPECT_EQ(deadlines_, std::vector<std::uint64_t>{7});
  responder.Send([] { return Status(200); });
}

using ResponderTest = CompletionQueueTest;

TEST_F(ResponderTest, DroppedUnusedAnswers500) {
  Open();
  { const Responder dropped = Make(1); }
  EXPECT_EQ(Take(), (Taken{{1, 500}}));
}

TEST_F(ResponderTest, OnlyTheFirstAnswerCounts) {
  Open();
  {
    Responder responder = Make(1);
    EXPECT_TRUE(responder);
    responder.Send([] { return Status(200); });
    EXPECT_FALSE(responder);
    responder.Send([] { return Status(400); });
  }
  EXPECT_EQ(Take(), (Taken{{1, 200}}));
}

TEST_F(ResponderTest, MovedFromAnswersNothing) {
  Open();
  Responder first = Make(1);
  {
    Responder second = std::move(first);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): that is the point
    first.Send([] { return Status(400); });
    second.Send([] { return Status(200); });
    Responder third = std::move(second);
    EXPECT_FALSE(third) << "used up, also after a move";
  }
  EXPECT_EQ(Take(), (Taken{{1, 200}}));
}

TEST_F(ResponderTest, AssigningOverAnUnusedOneAnswers500ForIt) {
  Open();
  Responder responder = Make(1);
  responder = Make(2);
  responder.Send([] { return Status(200); });
  EXPECT_EQ(Take(), (Taken{{1, 500}, {2, 200}}));
}

TEST_F(ResponderTest, ADefaultResponderAnswersNoRequest) {
  Responder nobody;
  EXPECT_FALSE(nobody);
  nobody.Send([] { return Status(200); });
  nobody.SetDeadline({}, [] {});
}

// An answer may come from a delivery thread while the I/O thread still sets the deadline.
TEST_F(ResponderTest, AnsweringWhileAnotherThreadAnswersAndOneSetsTheDeadlineAnswersOnce) {
  Open();
  for (std::uint64_t round = 1; round <= 1'000; ++round) {
    Responder responder = Make(round);
    std::thread other([&] { responder.Send([] { return Status(200); }); });
    responder.SetDeadline({}, [] {});
    responder.Send([] { return Status(201); });
    other.join();
    ASSERT_EQ(Take().size(), 1U);
  }
  EXPECT_EQ(deadlines_.size(), 1'000U);
}

}  // namespace
}  // namespace gateway::http
