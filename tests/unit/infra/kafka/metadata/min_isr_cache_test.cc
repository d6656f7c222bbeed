#include "infra/kafka/metadata/min_isr_cache.h"

#include <gmock/gmock.h>

#include <deque>
#include <string>
#include <vector>

#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// A topic of one partition, as librdkafka describes it.
class TopicMetadata {
 public:
  TopicMetadata(std::string name, int replicas, int in_sync) : name_(std::move(name)) {
    partition_.id = 0;
    partition_.leader = 1;
    partition_.replica_cnt = replicas;
    partition_.isr_cnt = in_sync;
    topic_.topic = name_.data();
    topic_.partition_cnt = 1;
    topic_.partitions = &partition_;
  }
  TopicMetadata(const TopicMetadata&) = delete;
  TopicMetadata& operator=(const TopicMetadata&) = delete;

  const rd_kafka_metadata_topic_t& get() const { return topic_; }

 private:
  std::string name_;
  rd_kafka_metadata_partition_t partition_{};
  rd_kafka_metadata_topic_t topic_{};
};

class MinIsrCacheTest : public ::testing::Test {
 protected:
  void Refresh(const TopicMetadata& topic) { Refresh(MinIsrCache::Topics{&topic.get()}); }
  void Refresh(const MinIsrCache::Topics& topics) {
    cache_.Refresh(topics, [this](const std::vector<std::string>& names) {
      asked_ = names;
      return answer_;
    });
  }
  std::vector<std::string> Asked() { return std::exchange(asked_, {}); }
  PartitionLeader LeaderOf(const TopicMetadata& topic) const {
    TopicLayout layout;
    layout.leaders = {topic.get().partitions[0].leader};
    cache_.MarkUnderReplicated(topic.get(), &layout);
    return layout.leaders[0];
  }

  testing::FakeClock clock_;
  MinIsrCache cache_{clock_};
  std::optional<MinIsrCache::MinIsrs> answer_ = MinIsrCache::MinIsrs{{"orders", 2}};
  std::vector<std::string> asked_;
};

TEST_F(MinIsrCacheTest, AsksOnlyForTopicsWithAReplicaOutOfSync) {
  Refresh(TopicMetadata("orders", 3, 3));
  EXPECT_THAT(Asked(), IsEmpty());
  Refresh(TopicMetadata("orders", 3, 2));
  EXPECT_THAT(Asked(), ElementsAre("orders"));
}

TEST_F(MinIsrCacheTest, ALeaderWithTooFewReplicasInSyncIsMarked) {
  const TopicMetadata two("orders", 3, 2);
  const TopicMetadata one("orders", 3, 1);
  EXPECT_EQ(LeaderOf(one), 1) << "nothing is assumed";
  Refresh(one);
  EXPECT_EQ(LeaderOf(one), PartitionLeader::TooFewReplicas());
  EXPECT_EQ(LeaderOf(two), 1);
}

TEST_F(MinIsrCacheTest, ATopicNeedsNoMoreReplicasThanItHas) {
  answer_ = MinIsrCache::MinIsrs{{"orders", 3}};
  Refresh(TopicMetadata("orders", 2, 1));
  EXPECT_EQ(LeaderOf(TopicMetadata("orders", 2, 2)), 1);
}

TEST_F(MinIsrCacheTest, RemembersForAMinute) {
  const TopicMetadata orders("orders", 3, 1);
  Refresh(orders);
  Asked();
  clock_.Advance(seconds(59));
  Refresh(orders);
  EXPECT_THAT(Asked(), IsEmpty());
  clock_.Advance(seconds(1));
  Refresh(orders);
  EXPECT_THAT(Asked(), ElementsAre("orders"));
}

TEST_F(MinIsrCacheTest, ATopicThatIsNotDescribedKeepsWhatWasKnown) {
  const TopicMetadata orders("orders", 3, 1);
  Refresh(orders);
  answer_ = MinIsrCache::MinIsrs();
  clock_.Advance(seconds(60));
  Refresh(orders);
  EXPECT_EQ(LeaderOf(orders), PartitionLeader::TooFewReplicas());
  Asked();
  clock_.Advance(seconds(59));
  Refresh(orders);
  EXPECT_THAT(Asked(), IsEmpty()) << "not asked for again at once";
}

TEST_F(MinIsrCacheTest, AsksNobodyForTenSecondsAfterNobodyAnswered) {
  answer_ = std::nullopt;
  Refresh(TopicMetadata("orders", 3, 1));
  Asked();
  clock_.Advance(seconds(9));
  Refresh(TopicMetadata("other", 3, 1));
  EXPECT_THAT(Asked(), IsEmpty());
  clock_.Advance(seconds(1));
  Refresh(TopicMetadata("other", 3, 1));
  EXPECT_THAT(Asked(), ElementsAre("other"));
}

TEST_F(MinIsrCacheTest, AsksForSoManyTopicsPerCall) {
  std::deque<TopicMetadata> topics;
  MinIsrCache::Topics all = {nullptr};
  for (std::size_t i = 0; i <= MinIsrCache::kTopicsPerRequest; ++i) {
    all.push_back(&topics.emplace_back("t" + std::to_string(i), 3, 1).get());
  }
  Refresh(all);
  EXPECT_THAT(Asked(), SizeIs(MinIsrCache::kTopicsPerRequest));
  Refresh(all);
  EXPECT_THAT(Asked(), ElementsAre("t" + std::to_string(MinIsrCache::kTopicsPerRequest)));
}

}  // namespace
}  // namespace gateway
