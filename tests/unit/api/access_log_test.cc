#include "access_log.h"

#include <gtest/gtest.h>

#include "fakes.h"

namespace gateway {
namespace {

using Mode = AccessLogOptions::Mode;
using std::chrono::milliseconds;

class AccessLogTest : public ::testing::Test {
 protected:
  // How many of `times` such answers are written.
  std::size_t Written(AccessLogOptions options, int status, milliseconds duration, int times = 1) {
    const std::size_t before = logger_.lines.size();
    const AccessLog log(logger_, options);
    AccessLog::Line line;
    line.status = status;
    line.duration = duration;
    for (int i = 0; i < times; ++i) log.Write(line);
    return logger_.lines.size() - before;
  }
  testing::FakeLogger logger_;
};

TEST_F(AccessLogTest, WritesProblemsAndSlowOnesAlways) {
  const AccessLogOptions options{Mode::kProblems, 0, milliseconds(100)};
  EXPECT_EQ(Written(options, 200, milliseconds(1)), 0U);
  EXPECT_EQ(Written(options, 399, milliseconds(1)), 0U);
  EXPECT_EQ(Written(options, 400, milliseconds(1)), 1U);
  EXPECT_EQ(Written(options, 499, milliseconds(1)), 1U);
  EXPECT_EQ(Written(options, 200, milliseconds(100)), 1U);
}

TEST_F(AccessLogTest, WritesOneInSoManyOfTheRest) {
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, 200, milliseconds(1), 100), 10U);
}

TEST_F(AccessLogTest, AllIsAllAndOffIsNone) {
  EXPECT_EQ(Written({Mode::kAll, 0, milliseconds(100)}, 200, milliseconds(1), 5), 5U);
  EXPECT_EQ(Written({Mode::kOff, 1, milliseconds(0)}, 500, milliseconds(1), 5), 0U);
}

TEST_F(AccessLogTest, OnlyFaultsOfTheServerAreWarnings) {
  Written({Mode::kAll, 0, milliseconds(100)}, 500, milliseconds(1));
  Written({Mode::kAll, 0, milliseconds(100)}, 499, milliseconds(1));
  ASSERT_EQ(logger_.lines.size(), 2U);
  EXPECT_EQ(logger_.lines[0].level, LogLevel::kWarning);
  EXPECT_EQ(logger_.lines[1].level, LogLevel::kInformation);
  EXPECT_EQ(logger_.lines[0].event, "request");
}

}  // namespace
}  // namespace gateway
