#include "service/produce/topic_policy.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(TopicPolicy, DenyWinsOverAllow) {
  const TopicPolicy policy({"orders.*"}, {"*.secret"});
  EXPECT_TRUE(policy.Allows("orders.eu"));
  EXPECT_FALSE(policy.Allows("orders.secret"));
  EXPECT_FALSE(policy.Allows("audit"));
}

TEST(TopicPolicy, InternalTopicsAreAlwaysDenied) {
  const TopicPolicy policy({"*", "__consumer_offsets"}, {});
  EXPECT_FALSE(policy.Allows("__consumer_offsets"));
  EXPECT_TRUE(policy.Allows("_schemas"));
}

}  // namespace
}  // namespace gateway
