#include "api/pipeline/access_log.h"

#include <gtest/gtest.h>

#include <string>

#include "service/ports/logger.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using Mode = AccessLogOptions::Mode;
using std::chrono::milliseconds;

class AccessLogTest : public ::testing::Test {
 protected:
  static AccessLog::Line Line(int status, milliseconds duration = milliseconds(1)) {
    AccessLog::Line line;
    line.status = status;
    line.duration = duration;
    return line;
  }
  // The number of log lines for `times` such answers.
  std::size_t Written(AccessLogOptions options, const AccessLog::Line& line, int times = 1) {
    const std::size_t before = logger_.lines.size();
    const AccessLog log(logger_, options);
    for (int i = 0; i < times; ++i) log.Write(line);
    return logger_.lines.size() - before;
  }
  testing::FakeLogger::Line Only(const AccessLog::Line& line) {
    EXPECT_EQ(Written({Mode::kAll, 0, milliseconds(100)}, line), 1U);
    return logger_.lines.back();
  }
  testing::FakeLogger logger_;
};

TEST_F(AccessLogTest, WritesProblemsAndSlowOnesAlways) {
  const AccessLogOptions options{Mode::kProblems, 0, milliseconds(100)};
  EXPECT_EQ(Written(options, Line(200)), 0U);
  EXPECT_EQ(Written(options, Line(399)), 0U);
  EXPECT_EQ(Written(options, Line(400)), 1U);
  EXPECT_EQ(Written(options, Line(499)), 1U);
  EXPECT_EQ(Written(options, Line(200, milliseconds(99))), 0U);
  EXPECT_EQ(Written(options, Line(200, milliseconds(100))), 1U);
}

TEST_F(AccessLogTest, SamplesTheRest) {
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, Line(200), 100), 10U);
}

TEST_F(AccessLogTest, SamplesAFloodWithoutValidCredentials) {
  const AccessLog log(logger_, {Mode::kProblems, 100, milliseconds(100)});
  AccessLog::Line line = Line(401);
  const auto written_of = [&](int times) {
    const std::size_t before = logger_.lines.size();
    for (int i = 0; i < times; ++i) log.Write(line);
    return logger_.lines.size() - before;
  };
  EXPECT_EQ(written_of(100), 100U);
  EXPECT_EQ(written_of(1'000), 10U) << "one in a hundred";
  line.ended += std::chrono::seconds(1);
  EXPECT_EQ(written_of(100), 11U) << "ten per second, and one of the rest";
  EXPECT_EQ(Written({Mode::kAll, 0, milliseconds(100)}, line, 1'000), 1'000U);
}

TEST_F(AccessLogTest, SamplesRejectionsAtALimitAndWritesTheFirst) {
  AccessLog::Line refused = Line(503);
  refused.error_type = "Overloaded";
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, refused, 1), 1U);
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, refused, 100), 10U);
  EXPECT_EQ(Written({Mode::kAll, 10, milliseconds(100)}, refused, 100), 100U);
  AccessLog::Line limited = Line(429);
  limited.error_type = "RateLimited";
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, limited, 100), 10U);
  AccessLog::Line partly = refused;  // the first of its records was refused because of a limit
  partly.status = 504;
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, partly, 100), 100U);
  refused.error_type = "Draining";
  EXPECT_EQ(Written({Mode::kProblems, 10, milliseconds(100)}, refused, 100), 100U);
}

TEST_F(AccessLogTest, AllIsAllAndOffIsNone) {
  EXPECT_EQ(Written({Mode::kAll, 0, milliseconds(100)}, Line(200), 5), 5U);
  EXPECT_EQ(Written({Mode::kOff, 1, milliseconds(0)}, Line(500), 5), 0U);
}

TEST_F(AccessLogTest, OfProbesOnlyTheFailedAreWrittenUnlessAllIs) {
  AccessLog::Line probe = Line(200, milliseconds(200));
  probe.probe = true;
  EXPECT_EQ(Written({Mode::kProblems, 1, milliseconds(100)}, probe, 5), 0U);
  EXPECT_EQ(Written({Mode::kAll, 1, milliseconds(100)}, probe, 5), 5U);
  probe.status = 503;
  EXPECT_EQ(Written({Mode::kProblems, 1, milliseconds(100)}, probe), 1U);
}

TEST_F(AccessLogTest, ServerErrorsAndSlowRequestsAreWarnings) {
  EXPECT_EQ(Only(Line(500)).level, LogLevel::kWarning);
  EXPECT_EQ(Only(Line(200, milliseconds(100))).level, LogLevel::kWarning);
  EXPECT_EQ(Only(Line(499)).level, LogLevel::kInformation);
  EXPECT_EQ(Only(Line(200)).level, LogLevel::kInformation);
}

TEST_F(AccessLogTest, TheSentenceSaysWhatBecameOfTheRequest) {
  EXPECT_EQ(Only(Line(200)).message, "A request was answered.");
  EXPECT_EQ(Only(Line(200, milliseconds(100))).message, "A request was answered slowly.");
  EXPECT_EQ(Only(Line(404)).message, "A request was refused.");
  EXPECT_EQ(Only(Line(503)).message, "A request failed.");
  EXPECT_EQ(Only(Line(499)).message, "The client disconnected before its answer.");
  AccessLog::Line probe = Line(503);
  probe.probe = true;
  EXPECT_EQ(Only(probe).message, "A health check failed.");
}

TEST_F(AccessLogTest, UnknownFieldsAreLeftOut) {
  auto fields = Only(Line(404)).fields;
  for (const char* const name :
       {"trace_id", "span_id", "trace_flags", "http.route", "url.path", "error.type",
        "user_agent.original", "messaging.destination.name", "messaging.batch.message_count"}) {
    EXPECT_EQ(fields.count(name), 0U) << name;
  }
}

TEST_F(AccessLogTest, LongTextsOfClientsAreCutBetweenTwoCharacters) {
  AccessLog::Line line = Line(404);
  const std::string path = "/" + std::string(AccessLog::kMaxText - 2, 'x') + "\xC3\xA4" + "tail";
  const std::string agent(AccessLog::kMaxText, 'a');
  line.path = path;
  line.user_agent = agent;
  auto fields = Only(line).fields;
  EXPECT_EQ(fields["url.path"], path.substr(0, AccessLog::kMaxText - 1));
  EXPECT_EQ(fields["user_agent.original"], agent);
}

TEST_F(AccessLogTest, ASendHasTheNumberOfItsRecords) {
  AccessLog::Line line = Line(200);
  line.topic = "orders";
  line.records = 3;
  auto fields = Only(line).fields;
  EXPECT_EQ(fields["messaging.destination.name"], "orders");
  EXPECT_EQ(fields["messaging.batch.message_count"], "3");
}

}  // namespace
}  // namespace gateway
