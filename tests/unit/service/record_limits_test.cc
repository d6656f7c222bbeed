#include "record_limits.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

constexpr RecordLimits kLimits{.max_batch_records = 1, .max_record_bytes = 10, .max_headers = 2};

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
  record.timestamp = 1;
  EXPECT_EQ(record.PayloadBytes(), 10U);
  const RecordFaults faults = CheckRecord(record, kLimits);
  EXPECT_TRUE(faults.errors.empty());
  EXPECT_FALSE(faults.too_large);
  EXPECT_FALSE(faults.other);
}

TEST(CheckRecord, KeyValueAndHeadersCountTogether) {
  const Header headers[] = {{"n", "v"}};
  Record record = Valid();
  record.key = "1234";
  record.value = "12345";
  record.headers = headers;
  const RecordFaults faults = CheckRecord(record, kLimits);
  ASSERT_EQ(faults.errors.size(), 1U);
  EXPECT_EQ(faults.errors[0].pointer, "");
  EXPECT_TRUE(faults.too_large);
  EXPECT_FALSE(faults.other);
}

TEST(CheckRecord, ATombstoneWithoutKeyIsFine) {
  EXPECT_TRUE(CheckRecord(Valid(), kLimits).errors.empty());
}

TEST(CheckRecord, NamesEachMemberAtFault) {
  const Header headers[] = {{"a", ""}, {"b", ""}, {"c", ""}};
  Record record = Valid();
  record.topic = "";
  record.partition = -1;
  record.timestamp = -5;
  record.headers = headers;
  const RecordFaults faults = CheckRecord(record, kLimits);
  ASSERT_EQ(faults.errors.size(), 4U);
  EXPECT_EQ(faults.errors[0].pointer, "/topic");
  EXPECT_EQ(faults.errors[1].pointer, "/partition");
  EXPECT_EQ(faults.errors[2].pointer, "/timestamp");
  EXPECT_EQ(faults.errors[3].pointer, "/headers");
  EXPECT_TRUE(faults.other);
  EXPECT_FALSE(faults.too_large);
}

}  // namespace
}  // namespace gateway
