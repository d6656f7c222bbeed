#include "service/types/rfc3339.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

std::string Format(TimestampMs ms) {
  std::string text;
  AppendRfc3339(ms, &text);
  return text;
}

TEST(ParseRfc3339, ReadsInstantsToTheMillisecond) {
  const std::vector<std::pair<std::string, TimestampMs>> cases = {
      {"1970-01-01T00:00:00Z", 0},
      {"1970-01-01T00:00:00.001Z", 1},
      {"2026-01-02T03:04:05.678Z", 1'767'323'045'678},
      {"2026-01-02t03:04:05.678z", 1'767'323'045'678},
      {"2026-01-02T03:04:05.6Z", 1'767'323'045'600},
      {"2026-01-02T03:04:05.67Z", 1'767'323'045'670},
      {"2026-01-02T03:04:05.6789999999999999999999Z", 1'767'323'045'678},
      {"2026-01-02T03:04:05+00:00", 1'767'323'045'000},
      {"2026-01-02T03:04:05-00:00", 1'767'323'045'000},
      {"2026-01-02T05:34:05+02:30", 1'767'323'045'000},
      {"2026-01-01T23:04:05-04:00", 1'767'323'045'000},
      {"2000-02-29T00:00:00Z", 951'782'400'000},
      {"1969-12-31T23:59:59.999Z", -1},
      {"0000-01-01T00:00:00Z", -62'167'219'200'000},
      {"9999-12-31T23:59:59.999Z", 253'402'300'799'999},
  };
  for (const auto& [text, ms] : cases) EXPECT_EQ(ParseRfc3339(text), ms) << text;
}

TEST(ParseRfc3339, RefusesEverythingElse) {
  for (const std::string text : {"",
                                 "2026",
                                 "2026-01-02",
                                 "2026-01-02T03:04:05",
                                 "2026-01-02 03:04:05Z",
                                 "2026-01-02T03:04Z",
                                 "2026-01-02T03:04:05.Z",
                                 "2026-01-02T03:04:05,5Z",
                                 "2026-1-02T03:04:05Z",
                                 "26-01-02T03:04:05Z",
                                 "2026-00-02T03:04:05Z",
                                 "2026-13-02T03:04:05Z",
                                 "2026-01-00T03:04:05Z",
                                 "2026-01-32T03:04:05Z",
                                 "2026-02-29T03:04:05Z",
                                 "1900-02-29T03:04:05Z",
                                 "2026-04-31T03:04:05Z",
                                 "2026-01-02T24:00:00Z",
                                 "2026-01-02T03:60:05Z",
                                 "2016-12-31T23:59:60Z" /* a leap second */,
                                 "2026-01-02T03:04:61Z",
                                 "2026-01-02T03:04:05+0230",
                                 "2026-01-02T03:04:05+24:00",
                                 "2026-01-02T03:04:05+02:60",
                                 "2026-01-02T03:04:05+2:30",
                                 "2026-01-02T03:04:05ZZ",
                                 "2026-01-02T03:04:05Z ",
                                 " 2026-01-02T03:04:05Z",
                                 "+2026-01-02T03:04:05Z",
                                 "-026-01-02T03:04:05Z",
                                 "20260102T030405Z",
                                 "2026-01-02T-3:04:05Z",
                                 "2026/01/02T03:04:05Z",
                                 "now",
                                 "2026-01-02T03:04:05.678"}) {
    EXPECT_FALSE(ParseRfc3339(text)) << text;
  }
}

TEST(AppendRfc3339, WritesThreeDecimalsAndZ) {
  EXPECT_EQ(Format(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(Format(1'767'323'045'678), "2026-01-02T03:04:05.678Z");
  EXPECT_EQ(Format(951'782'400'009), "2000-02-29T00:00:00.009Z");
  EXPECT_EQ(Format(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(Format(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(AppendRfc3339, GivesYearsThatTheRfcCannotSayASign) {
  EXPECT_EQ(Format(253'402'300'800'000), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(Format(-62'167'219'200'001), "-000001-12-31T23:59:59.999Z");
  EXPECT_EQ(Format(8'640'000'000'000'000), "+275760-09-13T00:00:00.000Z");
  EXPECT_EQ(Format(std::numeric_limits<TimestampMs>::max()), "+292278994-08-17T07:12:55.807Z");
  EXPECT_EQ(Format(std::numeric_limits<TimestampMs>::min()), "-292275055-05-16T16:47:04.192Z");
}

TEST(AppendRfc3339, SaysWhatParseRfc3339Reads) {
  // A step that is not a multiple of a day, an hour or a second varies all fields.
  for (TimestampMs ms = -62'167'219'200'000; ms < 253'402'300'799'999;
       ms += 7'777'777'777'777 / 60) {
    EXPECT_EQ(ParseRfc3339(Format(ms)), ms) << Format(ms);
  }
}

}  // namespace
}  // namespace gateway
