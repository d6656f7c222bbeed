#include "api/pipeline/request_id.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gateway {
namespace {

TEST(RequestId, TakesAWellFormedOneAsItIs) {
  EXPECT_EQ(RequestIdOf("abc-DEF_1.2", 0), "abc-DEF_1.2");
  EXPECT_EQ(RequestIdOf(std::string(128, 'a'), 0), std::string(128, 'a'));
}

TEST(RequestId, ReplacesWhatCouldBreakALogLineOrAHeader) {
  for (const std::string& id :
       {std::string(), std::string(129, 'a'), std::string("a b"), std::string("a\nb"),
        std::string("\"a\""), std::string("\xC3\xA4")}) {
    EXPECT_FALSE(IsWellFormedRequestId(id));
    EXPECT_EQ(RequestIdOf(id, 0).size(), 36U);
  }
  EXPECT_EQ(RequestIdOf(std::nullopt, 0).size(), 36U);
}

TEST(RequestId, MakesVersion7UuidsThatBeginWithTheTime) {
  const std::string id = MakeRequestId(0x0123'4567'89AB);
  EXPECT_EQ(id.substr(0, 15), "01234567-89ab-7");
  EXPECT_EQ(id[18], '-');
  EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos) << id;
  EXPECT_EQ(id[23], '-');
  EXPECT_TRUE(IsWellFormedRequestId(id));
}

TEST(RequestId, NoTwoAreTheSameInOneMillisecond) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i) ids.insert(MakeRequestId(1));
  EXPECT_EQ(ids.size(), 10'000U);
}

}  // namespace
}  // namespace gateway
