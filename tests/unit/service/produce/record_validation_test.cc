#include "service/produce/record_validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace gateway {
namespace {

using ::testing::HasSubstr;

constexpr RecordLimits kLimits{.max_batch_records = 1,
                               .max_record_bytes = 10,
                               .max_headers = 2,
                               .min_timestamp = 946'684'800'000};  // 2000-01-01
constexpr TimestampMs kNow = 1'767'323'045'678;                    // 2026-01-02T03:04:05.678Z

std::vector<RecordError> CheckRecord(const Record& record) {
  return CheckRecord(record, kLimits, kNow);
}

// The errors of a record with that time, as text.
std::string TimeFaults(TimestampMs timestamp) {
  Record record;
  record.topic = "orders";
  record.timestamp = timestamp;
  std::string errors;
  for (const RecordError& fault : CheckRecord(record)) {
    errors += std::string(fault.member) + ": " + fault.detail;
  }
  return errors;
}

Record Valid() {
  Record record;
  record.topic = "orders";
  return record;
}

TEST(IsLegalTopicName, TakesWhatKafkaTakesAndNothingElse) {
  EXPECT_TRUE(IsLegalTopicName("a"));
  EXPECT_TRUE(IsLegalTopicName("A-Z_a.z-0.9"));
  EXPECT_TRUE(IsLegalTopicName("..."));
  EXPECT_TRUE(IsLegalTopicName(std::string(249, 't')));
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string(250, 't'),
        std::string("a b"), std::string("a/b"), std::string("\xC3\xA4"), std::string("a\0", 2)}) {
    EXPECT_FALSE(IsLegalTopicName(name)) << name;
  }
}

TEST(CheckRecord, ARecordAtEveryLimitIsFine) {
  const Header headers[] = {{"n", "v"}, {"n", std::nullopt}};
  Record record = Valid();
  record.key = "123";
  record.value = "1234";
  record.headers = headers;  // 3 bytes
  record.partition = 0;
  record.timestamp = kNow;
  EXPECT_EQ(record.PayloadBytes(), 10U);
  const std::vector<RecordError> errors = CheckRecord(record);
  EXPECT_TRUE(errors.empty());
}

TEST(CheckRecord, KeyValueAndHeadersCountTogether) {
  const Header headers[] = {{"n", "v"}};
  Record record = Valid();
  record.key = "1234";
  record.value = "12345";
  record.headers = headers;
  const std::vector<RecordError> errors = CheckRecord(record);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].member, "");
  EXPECT_EQ(errors[0].kind, RequestErrorKind::kTooLarge);
}

TEST(CheckRecord, AnErrorNamesTheShareOfCopiedRequestHeaders) {
  const Header from_request[] = {{"x-a", "1"}, {"x-b", "2"}};
  const Header headers[] = {{"x-own", "123"}, from_request[0], from_request[1]};
  Record record = Valid();
  record.headers = headers;
  const std::vector<RecordError> errors = CheckRecord(record, kLimits, kNow, from_request);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].detail,
            "The record has 3 headers, 2 of them copied from request headers "
            "(Records:HeadersFromRequest); at most 2 are allowed (Limits:MaxHeaders).");
  EXPECT_EQ(errors[1].detail,
            "The record has 16 bytes of headers, 8 of them copied from request headers "
            "(Records:HeadersFromRequest); at most 10 are allowed "
            "(Limits:MaxRecordBytes).");
}

TEST(CheckRecord, AHeaderOfTheRecordsOwnIsNotFromTheRequest) {
  const std::string name = "x-a";
  const Header from_request[] = {{"x-a", "1"}};
  const Header headers[] = {{name, "1"}, {"b", ""}, {"c", ""}};
  Record record = Valid();
  record.headers = headers;
  const std::vector<RecordError> errors = CheckRecord(record, kLimits, kNow, from_request);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].detail,
            "The record has 3 headers; at most 2 are allowed (Limits:MaxHeaders).");
}

TEST(CheckRecord, ATombstoneWithoutKeyIsFine) { EXPECT_TRUE(CheckRecord(Valid()).empty()); }

TEST(CheckRecord, NamesEachMemberWithAnError) {
  const Header headers[] = {{"a", ""}, {"b", ""}, {"c", ""}};
  Record record = Valid();
  record.topic = "";
  record.partition = -1;
  record.timestamp = -5;
  record.headers = headers;
  const std::vector<RecordError> errors = CheckRecord(record);
  ASSERT_EQ(errors.size(), 4U);
  EXPECT_EQ(errors[0].member, "/topic");
  EXPECT_EQ(errors[1].member, "/partition");
  EXPECT_EQ(errors[2].member, "/timestamp");
  EXPECT_EQ(errors[3].member, "/headers");
  for (const RecordError& fault : errors) EXPECT_EQ(fault.kind, RequestErrorKind::kMalformed);
}

TEST(CheckRecord, ATimeIsFromTheEarliestToADayAhead) {
  EXPECT_EQ(TimeFaults(946'684'800'000), "");
  EXPECT_EQ(TimeFaults(kNow + 86'400'000), "");
  EXPECT_EQ(TimeFaults(946'684'799'999),
            "/timestamp: The timestamp is 1999-12-31T23:59:59.999Z, before "
            "2000-01-01T00:00:00.000Z (Limits:MinTimestamp). Are these seconds instead of "
            "milliseconds? Leave it out to mean now.");
  EXPECT_EQ(
      TimeFaults(kNow + 86'400'001),
      "/timestamp: The timestamp is 2026-01-03T03:04:05.679Z, more than a day ahead of the "
      "gateway's clock. Are these microseconds instead of milliseconds? Leave it out to mean now.");
}

TEST(CheckRecord, ATimeInAnotherUnitIsRefused) {
  EXPECT_THAT(TimeFaults(1'518'756'037), HasSubstr("is 1970-01-18T13:52:36.037Z, before"));
  EXPECT_THAT(TimeFaults(1'518'756'037'000'000), HasSubstr("more than a day ahead"));
  for (const TimestampMs end : {std::numeric_limits<TimestampMs>::min(), TimestampMs{0},
                                std::numeric_limits<TimestampMs>::max()}) {
    EXPECT_NE(TimeFaults(end), "") << end;
  }
}

TEST(CheckRecord, TheEarliestTimeMayBeMovedButNeverToZero) {
  RecordLimits limits;
  Record record = Valid();
  record.timestamp = 1;
  EXPECT_TRUE(CheckRecord(record, limits, kNow).empty());
  record.timestamp = 0;
  EXPECT_FALSE(CheckRecord(record, limits, kNow).empty());
}

}  // namespace
}  // namespace gateway
