#include "service/types/glob.h"

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

}  // namespace
}  // namespace gateway
