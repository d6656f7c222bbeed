#include "service/auth/passwords/password_workers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <optional>
#include <thread>

#include "support/cpp/fake_passwords.h"

namespace gateway {
namespace {

using testing::CheckThat;

std::shared_ptr<const SlowCheck> Passing() {
  return CheckThat([] { return true; });
}

// Keeps both workers busy until Release.
class BusyWorkers {
 public:
  BusyWorkers() {
    for (std::size_t i = 0; i < PasswordWorkers::kThreads; ++i) {
      EXPECT_TRUE(workers->TryRun(CheckThat([this] {
                                    both_.count_down();
                                    released_.wait();
                                    return true;
                                  }),
                                  [](bool) {}));
    }
    both_.wait();
  }
  void Release() { released_.count_down(); }

 private:
  std::latch both_{PasswordWorkers::kThreads};
  std::latch released_{1};

 public:
  std::optional<PasswordWorkers> workers{std::in_place};  // ends before the latches
};

TEST(PasswordWorkersTest, CheckOnOtherThreadsAndTellTheOutcome) {
  std::latch done(2);
  std::atomic<int> named{0};
  std::thread::id ran_on;
  std::atomic<int> passed{0};
  PasswordWorkers workers([&named] { ++named; });
  EXPECT_TRUE(workers.TryRun(CheckThat([&] {
                               ran_on = std::this_thread::get_id();
                               return false;
                             }),
                             [&](bool yes) {
                               passed += yes ? 1 : 0;
                               done.count_down();
                             }));
  EXPECT_TRUE(workers.TryRun(Passing(), [&](bool yes) {
    passed += yes ? 10 : 0;
    done.count_down();
  }));
  done.wait();
  EXPECT_NE(ran_on, std::this_thread::get_id());
  EXPECT_EQ(passed, 10);
  EXPECT_GE(named, 1);
}

TEST(PasswordWorkersTest, RunTwoAtOnceAndLetAHundredWait) {
  BusyWorkers busy;
  std::atomic<int> ran{0};
  for (std::size_t i = 0; i < PasswordWorkers::kMaxWaiting; ++i) {
    EXPECT_TRUE(busy.workers->TryRun(Passing(), [&ran](bool) { ++ran; }));
  }
  EXPECT_FALSE(busy.workers->TryRun(Passing(), [&ran](bool) { ran += 1'000; }));
  EXPECT_EQ(ran, 0);
  std::latch last(1);
  busy.Release();
  while (!busy.workers->TryRun(Passing(), [&last](bool) { last.count_down(); })) {
    std::this_thread::yield();
  }
  last.wait();
  busy.workers.reset();
  EXPECT_EQ(ran, 100) << "in order";
}

TEST(PasswordWorkersTest, RunOneCheckForAllRequestsWithTheSamePassword) {
  constexpr int kRequests = 500;
  BusyWorkers busy;
  std::atomic<int> ran{0};
  std::latch told(kRequests);
  for (int i = 0; i < kRequests; ++i) {
    EXPECT_TRUE(
        busy.workers->TryRun(CheckThat([&ran] { return ++ran == 1; }, 7), [&told](bool yes) {
          EXPECT_TRUE(yes);
          told.count_down();
        }));
  }
  busy.Release();
  told.wait();
  EXPECT_EQ(ran, 1);
}

TEST(PasswordWorkersTest, TakeARequestAlsoWhileItsPasswordIsChecked) {
  std::latch checking(1);
  std::latch released(1);
  std::latch told(2);
  std::atomic<int> ran{0};
  const auto check = CheckThat([&] {
    ++ran;
    checking.count_down();
    released.wait();
    return true;
  });
  const auto tell = [&told](bool) { told.count_down(); };
  PasswordWorkers workers;
  EXPECT_TRUE(workers.TryRun(check, tell));
  checking.wait();
  EXPECT_TRUE(workers.TryRun(check, tell));
  released.count_down();
  told.wait();
  EXPECT_EQ(ran, 1);
}

TEST(PasswordWorkersTest, CheckAPasswordAgainAfterwards) {
  std::atomic<int> ran{0};
  PasswordWorkers workers;
  for (int i = 1; i <= 2; ++i) {
    std::latch told(1);
    EXPECT_TRUE(workers.TryRun(CheckThat([&ran] { return ++ran > 0; }, 7),
                               [&told](bool) { told.count_down(); }));
    told.wait();
    EXPECT_EQ(ran, i);
  }
}

TEST(PasswordWorkersTest, DropWhatWaitsWhenTheyEnd) {
  const auto held = std::make_shared<int>(0);
  {
    BusyWorkers busy;
    busy.workers->TryRun(CheckThat([held] { return ++*held > 0; }), [held](bool) { ++*held; });
    busy.Release();
  }
  EXPECT_LE(*held, 2);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(PasswordWorkersTest, EndWithoutAnyCheck) { const PasswordWorkers workers; }

}  // namespace
}  // namespace gateway
