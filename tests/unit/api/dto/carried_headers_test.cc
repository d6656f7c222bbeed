#include "dto/carried_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dto_testing.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using testing::HeaderTexts;
using ::testing::IsEmpty;

const std::vector<http::HeaderField> kTrace = {
    {"TraceParent", "00-1"}, {"tracestate", "a=b"}, {"Idempotency-Key", "k"}};

// Records with these headers of their own, as a request with `fields` sends them.
RecordBatch Carried(const std::vector<http::HeaderField>& fields,
                    const std::vector<std::span<const Header>>& own) {
  http::RequestHead head;
  head.fields = fields;
  RecordBatch batch;
  for (const std::span<const Header> headers : own) {
    batch.records.emplace_back().headers = headers;
  }
  CarryHeaders(head, &batch);
  return batch;
}

TEST(CarryHeaders, AddsNothingThatTheRequestDoesNotSay) {
  const auto batch = Carried({{"X-Other", "1"}, {"traceparent", ""}}, {{}});
  EXPECT_THAT(batch.records[0].headers, IsEmpty());
}

TEST(CarryHeaders, AddsWhatTheRequestSaysInLowerCase) {
  const auto batch = Carried(kTrace, {{}, {}});
  for (const Record& record : batch.records) {
    EXPECT_THAT(HeaderTexts(record),
                ElementsAre("traceparent=00-1", "tracestate=a=b", "idempotency-key=k"));
  }
  EXPECT_EQ(batch.records[0].headers.data(), batch.records[1].headers.data())
      << "records that share their headers go on sharing them";
}

TEST(CarryHeaders, LeavesARecordItsOwn) {
  const std::vector<Header> key = {{"n", "v"}, {"IDEMPOTENCY-KEY", std::nullopt}};
  const std::vector<Header> parent = {{"traceparent", "mine"}};
  const std::vector<Header> state = {{"tracestate", "mine"}};
  const auto batch = Carried(kTrace, {key, parent, state, {}, key});
  EXPECT_THAT(HeaderTexts(batch.records[0]),
              ElementsAre("n=v", "IDEMPOTENCY-KEY", "traceparent=00-1", "tracestate=a=b"));
  EXPECT_THAT(HeaderTexts(batch.records[1]), ElementsAre("traceparent=mine", "idempotency-key=k"))
      << "a trace is not mixed of two";
  EXPECT_THAT(HeaderTexts(batch.records[2]), ElementsAre("tracestate=mine", "idempotency-key=k"));
  EXPECT_THAT(HeaderTexts(batch.records[3]),
              ElementsAre("traceparent=00-1", "tracestate=a=b", "idempotency-key=k"));
  EXPECT_EQ(HeaderTexts(batch.records[4]), HeaderTexts(batch.records[0]));
}

TEST(CarryHeaders, JoinsAListInSeveralFieldsAndTakesTheFirstOfOthers) {
  const auto batch = Carried(
      {{"tracestate", "a=b"}, {"traceparent", "1"}, {"tracestate", "c=d"}, {"traceparent", "2"}},
      {{}});
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("tracestate=a=b,c=d", "traceparent=1"));
}

TEST(CarryHeaders, DoesNotPointIntoTheHead) {
  std::string value = "00-1";
  const auto batch = Carried({{"traceparent", value}}, {{}});
  value = "!!!!";
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("traceparent=00-1"));
}

}  // namespace
}  // namespace gateway
