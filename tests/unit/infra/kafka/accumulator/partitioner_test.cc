#include "infra/kafka/accumulator/partitioner.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

namespace gateway {
namespace {

TEST(Partitioner, HashesAsKafkasOwnClientsDo) {
  // org.apache.kafka.common.utils.UtilsTest#testMurmur2
  const std::pair<std::string, std::int32_t> vectors[] = {
      {"21", -973932308},
      {"foobar", -790332482},
      {"a-little-bit-long-string", -985981536},
      {"a-little-bit-longer-string", -1486304829},
      {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
      {"abc", 479470107},
  };
  for (const auto& [text, hash] : vectors) {
    EXPECT_EQ(static_cast<std::int32_t>(Murmur2(text)), hash) << text;
  }
}

TEST(Partitioner, AHashIsPositiveAndAnEmptyKeyHasOne) {
  EXPECT_EQ(KeyHash("foobar"), 1357151166U);
  EXPECT_EQ(PartitionOfHash(KeyHash("foobar"), 4), 2);
  EXPECT_EQ(static_cast<std::int32_t>(Murmur2("")), 275646681);
}

TEST(Partitioner, BytesCountAsUnsigned) {
  // murmur2 of { 'a', 'b', 'c' } is known; a sign extension of 0xff would reach into other bytes.
  EXPECT_NE(Murmur2("\xff"), Murmur2(std::string("\xff\xff\xff\xff")));
  EXPECT_NE(Murmur2("a\xff"), Murmur2("\xff\xff"));
}

TEST(StickyPartition, StaysUntilItIsRotatedAndThenLeaves) {
  StickyPartition sticky(7);
  const Partition first = sticky.Current(6);
  EXPECT_EQ(sticky.Current(6), first);
  sticky.Rotate(6, [](Partition) { return true; });
  EXPECT_NE(sticky.Current(6), first);
}

TEST(StickyPartition, ReachesEveryPartition) {
  StickyPartition sticky(7);
  std::set<Partition> seen;
  for (int i = 0; i < 500; ++i) {
    sticky.Rotate(6, [](Partition) { return true; });
    seen.insert(sticky.Current(6));
  }
  EXPECT_EQ(seen.size(), 6U);
}

TEST(StickyPartition, AvoidsWhatIsNotUsableIfItCan) {
  StickyPartition sticky(7);
  EXPECT_TRUE(sticky.Rotate(6, [](Partition partition) { return partition == 4; }));
  EXPECT_EQ(sticky.Current(6), 4);
  EXPECT_FALSE(sticky.Rotate(6, [](Partition partition) { return partition == 4; }));
  EXPECT_EQ(sticky.Current(6), 4);
}

TEST(StickyPartition, StaysInRangeWhenPartitionsGoAway) {
  StickyPartition sticky(7);
  for (int i = 0; i < 20; ++i) sticky.Rotate(50, [](Partition) { return true; });
  EXPECT_LT(sticky.Current(3), 3);
  EXPECT_TRUE(sticky.Rotate(2, [](Partition) { return true; }));
  EXPECT_LT(sticky.Current(2), 2);
  EXPECT_FALSE(sticky.Rotate(1, [](Partition) { return true; }));
  EXPECT_EQ(sticky.Current(1), 0);
}

}  // namespace
}  // namespace gateway
