#include "service/auth/passwords/password_workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

namespace gateway {
namespace {

TEST(PasswordWorkersTest, RunTasksOnOtherThreads) {
  std::latch done(2);
  std::atomic<int> named{0};
  std::thread::id ran_on;
  PasswordWorkers workers([&named] { ++named; });
  EXPECT_TRUE(workers.TryRun([&] {
    ran_on = std::this_thread::get_id();
    done.count_down();
  }));
  EXPECT_TRUE(workers.TryRun([&] { done.count_down(); }));
  done.wait();
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_GE(named, 1);
}

TEST(PasswordWorkersTest, RunTwoAtOnceAndLetAHundredWait) {
  std::latch both(PasswordWorkers::kThreads);
  std::latch released(1);
  std::atomic<int> ran{0};
  std::optional<PasswordWorkers> workers(std::in_place);
  for (std::size_t i = 0; i < PasswordWorkers::kThreads; ++i) {
    EXPECT_TRUE(workers->TryRun([&] {
      both.count_down();
      released.wait();
      ++ran;
    }));
  }
  both.wait();  // both are at work
  for (std::size_t i = 0; i < PasswordWorkers::kMaxWaiting; ++i) {
    EXPECT_TRUE(workers->TryRun([&ran] { ++ran; }));
  }
  EXPECT_FALSE(workers->TryRun([&ran] { ran += 1'000; }));
  EXPECT_EQ(ran, 0);
  std::latch last(1);
  released.count_down();
  while (!workers->TryRun([&last] { last.count_down(); })) std::this_thread::yield();
  last.wait();
  workers.reset();
  EXPECT_EQ(ran, 102) << "in order";
}

TEST(PasswordWorkersTest, DropWhatWaitsWhenTheyEnd) {
  std::latch at_work(PasswordWorkers::kThreads);
  std::latch released(1);
  const auto held = std::make_shared<int>(0);
  {
    PasswordWorkers workers;
    for (std::size_t i = 0; i < PasswordWorkers::kThreads; ++i) {
      workers.TryRun([&] {
        at_work.count_down();
        released.wait();
      });
    }
    at_work.wait();
    workers.TryRun([held] { ++*held; });
    released.count_down();
  }
  EXPECT_LE(*held, 1);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(PasswordWorkersTest, EndWithoutAnyTask) { const PasswordWorkers workers; }

}  // namespace
}  // namespace gateway
