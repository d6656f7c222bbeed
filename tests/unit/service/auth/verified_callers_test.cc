#include "service/auth/verified_callers.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/cpp/fake_hasher.h"

namespace gateway {
namespace {

using testing::FakeHasher;

class VerifiedCallersTest : public ::testing::Test {
 protected:
  static Sha256Digest Digest(const std::string& text) { return FakeHasher().Sha256(text); }
  static VerifiedCallers::Entry Entry(TimestampMs until) {
    return {std::make_shared<const Caller>(Caller{{"ann", {}}, TopicRights()}), until, nullptr};
  }
  VerifiedCallers callers;
};

TEST_F(VerifiedCallersTest, KnowsACallerUntilItsTimeEnds) {
  callers.Add(Digest("a"), Entry(100), 0);
  ASSERT_TRUE(callers.Find(Digest("a"), 99));
  EXPECT_EQ(callers.Find(Digest("a"), 99)->principal.name, "ann");
  EXPECT_FALSE(callers.Find(Digest("b"), 99));
  EXPECT_FALSE(callers.Find(Digest("a"), 100));
  EXPECT_EQ(callers.size(), 0U);
}

TEST_F(VerifiedCallersTest, KeepsNothingThatHasEnded) {
  callers.Add(Digest("a"), Entry(100), 100);
  EXPECT_EQ(callers.size(), 0U);
}

TEST_F(VerifiedCallersTest, ForgetsWhatIsNotValidAnyMore) {
  bool valid = true;
  VerifiedCallers::Entry entry = Entry(100);
  entry.still_valid = [&valid] { return valid; };
  callers.Add(Digest("a"), std::move(entry), 0);
  EXPECT_TRUE(callers.Find(Digest("a"), 1));
  valid = false;
  EXPECT_FALSE(callers.Find(Digest("a"), 1));
  EXPECT_EQ(callers.size(), 0U);
}

TEST_F(VerifiedCallersTest, IsBoundedAndPrefersThoseThatHaveNotEnded) {
  Sha256Digest digest{};  // all of one shard
  const auto next = [&digest] {
    if (++digest[0] == 0) ++digest[1];
    return digest;
  };
  const std::size_t room = VerifiedCallers::kMaxCallers / 16;
  const Sha256Digest kept = next();
  callers.Add(kept, Entry(1'000), 0);
  for (std::size_t i = 1; i < room; ++i) callers.Add(next(), Entry(10), 0);
  EXPECT_EQ(callers.size(), room);
  callers.Add(next(), Entry(1'000), 10);
  EXPECT_EQ(callers.size(), 2U) << "those that have ended made room";
  EXPECT_TRUE(callers.Find(kept, 10));
  for (std::size_t i = 0; i < 2 * room; ++i) callers.Add(next(), Entry(1'000), 10);
  EXPECT_EQ(callers.size(), room);
  EXPECT_TRUE(callers.Find(digest, 10)) << "the newest is there";
}

}  // namespace
}  // namespace gateway
