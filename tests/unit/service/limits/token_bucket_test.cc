#include "service/limits/token_bucket.h"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::FakeClock;

// 10 tokens per second, 20 at once.
constexpr TokenBucket::Rate kRate{20, seconds(2)};

class TokenBuckets : public ::testing::Test {
 protected:
  milliseconds Take(std::int64_t tokens) {
    return std::chrono::ceil<milliseconds>(bucket.Take(kRate, tokens, clock.Now()));
  }
  std::int64_t Level() const { return bucket.Level(kRate, clock.Now()); }

  FakeClock clock;
  TokenBucket bucket;
};

TEST_F(TokenBuckets, StartsFullAndGivesItsBurstAtOnce) {
  EXPECT_EQ(Level(), 20);
  EXPECT_TRUE(bucket.IsFull(clock.Now()));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Take(1), milliseconds(0)) << i;
  EXPECT_EQ(Level(), 0);
  EXPECT_EQ(Take(1), milliseconds(100)) << "until the next token";
  EXPECT_EQ(Take(5), milliseconds(500));
}

TEST_F(TokenBuckets, RefillsWithTimeAndNeverBeyondItsBurst) {
  EXPECT_EQ(Take(20), milliseconds(0));
  clock.Advance(milliseconds(99));
  EXPECT_EQ(Take(1), milliseconds(1));
  clock.Advance(milliseconds(1));
  EXPECT_EQ(Take(1), milliseconds(0));
  EXPECT_EQ(Take(1), milliseconds(100)) << "a refusal takes nothing, and a token only once";
  clock.Advance(seconds(60));
  EXPECT_EQ(Level(), 20);
  EXPECT_EQ(Take(20), milliseconds(0));
  EXPECT_EQ(Take(1), milliseconds(100));
}

TEST_F(TokenBuckets, WhoNeedsMoreThanItHoldsTakesItWhenFullAndOwesTheRest) {
  EXPECT_EQ(Take(1), milliseconds(0));
  EXPECT_EQ(Take(50), milliseconds(100)) << "until it is full";
  clock.Advance(milliseconds(100));
  EXPECT_EQ(Take(50), milliseconds(0));
  EXPECT_EQ(Level(), 0);
  EXPECT_EQ(Take(1), milliseconds(3'100)) << "30 are owed";
}

TEST_F(TokenBuckets, AChargeIsOwedUpToALimit) {
  bucket.Charge(kRate, 30, clock.Now());
  EXPECT_EQ(Take(1), milliseconds(1'100));
  bucket.Charge(kRate, TokenBucket::kMaxTokens, clock.Now());
  bucket.Charge(kRate, TokenBucket::kMaxTokens, clock.Now());
  EXPECT_LE(Take(1), 2 * TokenBucket::kMaxRefill);
}

TEST_F(TokenBuckets, ReturnedTokensCanBeTakenAgain) {
  EXPECT_EQ(Take(20), milliseconds(0));
  bucket.Return(kRate, 5);
  EXPECT_EQ(Level(), 5);
  EXPECT_EQ(Take(5), milliseconds(0));
  EXPECT_EQ(Take(1), milliseconds(100));
}

TEST_F(TokenBuckets, WaitingTakesNothing) {
  EXPECT_EQ(Take(18), milliseconds(0));
  EXPECT_EQ(bucket.Wait(kRate, 2, clock.Now()).count(), 0);
  EXPECT_EQ(bucket.Wait(kRate, 3, clock.Now()), milliseconds(100));
  EXPECT_EQ(Level(), 2);
}

TEST_F(TokenBuckets, AnotherRateKeepsWhatIsMissing) {
  EXPECT_EQ(Take(15), milliseconds(0));
  const TokenBucket::Rate faster{1'000, seconds(10)};
  bucket.Rescale(kRate, faster, clock.Now());
  EXPECT_EQ(bucket.Level(faster, clock.Now()), 985);
  const TokenBucket::Rate slow{5, seconds(5)};
  bucket.Charge(faster, 5'000, clock.Now());
  bucket.Rescale(faster, slow, clock.Now());
  EXPECT_EQ(bucket.Wait(slow, 1, clock.Now()), seconds(1)) << "empty, but nothing is owed";
}

TEST_F(TokenBuckets, AFullBucketStaysFullAtAnotherRate) {
  const TokenBucket::Rate other{7, seconds(3)};
  bucket.Rescale(kRate, other, clock.Now());
  EXPECT_TRUE(bucket.IsFull(clock.Now()));
  EXPECT_EQ(bucket.Take(other, 7, clock.Now()).count(), 0);
}

TEST_F(TokenBuckets, TheHighestRateIsExactEnough) {
  const TokenBucket::Rate highest{TokenBucket::kMaxTokens, seconds(1'000)};
  EXPECT_EQ(bucket.Take(highest, TokenBucket::kMaxTokens / 2, clock.Now()).count(), 0);
  EXPECT_EQ(bucket.Level(highest, clock.Now()), TokenBucket::kMaxTokens / 2);
}

TEST_F(TokenBuckets, ThreadsTogetherTakeNoMoreThanThereIs) {
  constexpr TokenBucket::Rate kLarge{200'000, seconds(200)};
  constexpr int kThreads = 4;
  std::atomic<int> taken{0};
  std::latch start(kThreads);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      for (int j = 0; j < 100'000; ++j) {
        if (bucket.Take(kLarge, 1, clock.Now()).count() == 0) ++taken;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(taken, 200'000);
}

}  // namespace
}  // namespace gateway
