#include "api/native/line_map.h"

#include <gtest/gtest.h>

namespace gateway {
namespace {

TEST(LineMap, CountsFromOneWhenNoLineWasSkipped) {
  LineMap lines;
  for (std::size_t i = 0; i < 5; ++i) lines.Add(i, i + 1);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(lines.LineOf(i), i + 1);
}

TEST(LineMap, KnowsEachLineBehindThoseThatWereSkipped) {
  LineMap lines;
  constexpr std::size_t kLines[] = {3, 4, 7, 8, 20};
  for (std::size_t i = 0; i < 5; ++i) lines.Add(i, kLines[i]);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(lines.LineOf(i), kLines[i]);
}

}  // namespace
}  // namespace gateway
