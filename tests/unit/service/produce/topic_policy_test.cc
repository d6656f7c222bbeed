#include "service/produce/topic_policy.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(GlobMatches, StarStandsForAnyRunOfCharactersAlsoDotsAndNone) {
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("orders.*", "orders."));
  EXPECT_TRUE(GlobMatches("orders.*", "orders.eu.west"));
  EXPECT_TRUE(GlobMatches("*.eu.*", "orders.eu.west"));
  EXPECT_TRUE(GlobMatches("a*b*c", "aXbYbZc"));
  EXPECT_FALSE(GlobMatches("orders", "orders.eu"));
  EXPECT_FALSE(GlobMatches("a*b*c", "aXbYbZ"));
  EXPECT_FALSE(GlobMatches("", "a"));
}

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
