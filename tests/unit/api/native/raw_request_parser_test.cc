// The wire format of POST /api/kafka/topics/{topic}.
#include "api/native/raw_request_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "support/cpp/request_parser_testing.h"

namespace gateway {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HeaderTexts;
using ::testing::IsEmpty;

using Fields = std::vector<http::HeaderField>;

http::RequestHead Head(std::string_view query, Fields fields = {}) {
  http::RequestHead head;
  head.query = query;
  head.fields = std::move(fields);
  return head;
}

Result<NativeRequest, Problem> Parse(std::string_view query, const std::string& body = "v",
                                     Fields fields = {}) {
  return testing::Judged(ParseRawRequest("orders", Head(query, std::move(fields)), body, 10'000));
}

Result<NativeRequest, Problem> ParseLines(const std::string& body, std::string_view query = "",
                                          std::size_t max_records = 10'000) {
  return testing::Judged(ParseRawLinesRequest("orders", Head(query), body, max_records));
}

// "parameter: detail" of each error.
std::vector<std::string> Faults(const Result<NativeRequest, Problem>& result) {
  std::vector<std::string> errors;
  if (result.ok()) return errors;
  EXPECT_EQ(result.error().type, ProblemType::kInvalidRecord);
  for (const ErrorDetail& error : result.error().errors) {
    errors.push_back(error.parameter + ": " + error.detail);
  }
  return errors;
}

std::vector<std::string> Values(const NativeRequest& request) {
  std::vector<std::string> values;
  for (const Record& record : request.batch.records)
    values.emplace_back(record.value.value_or("-"));
  return values;
}

TEST(ParseRawRequest, TakesTheBodyAsTheValueWithoutACopy) {
  std::string body;
  body.reserve(100);
  body.append("\0\xff\n{", 4);
  const char* const bytes = body.data();
  auto result = ParseRawRequest("orders", Head(""), std::move(body), 1);
  ASSERT_TRUE(result.ok());
  const NativeRequest request = std::move(result).value();
  ASSERT_EQ(request.batch.records.size(), 1U);
  const Record& record = request.batch.records[0];
  EXPECT_EQ(record.topic, "orders");
  EXPECT_EQ(record.value, std::string_view("\0\xff\n{", 4));
  EXPECT_EQ(record.value->data(), bytes);
  EXPECT_FALSE(record.key);
  EXPECT_FALSE(record.partition);
  EXPECT_FALSE(record.timestamp);
  EXPECT_THAT(record.headers, IsEmpty());
}

TEST(ParseRawRequest, DistinguishesAnEmptyValueFromATombstone) {
  http::RequestHead head = Head("tombstone=false", {{"content-type", "text/plain"}});
  head.content_length = 0;
  EXPECT_EQ(ParseRawRequest("t", head, "", 1).value().batch.records[0].value, "");
  EXPECT_FALSE(Parse("tombstone=true", "").value().batch.records[0].value);
}

TEST(ParseRawRequest, TakesNoForgottenBodyForAnEmptyValue) {
  const Fields plain = {{"Content-Type", "text/plain"}};
  http::RequestHead without_type = Head("tombstone=false");
  without_type.content_length = 0;
  http::RequestHead chunked = Head("", plain);
  chunked.chunked = true;
  for (const http::RequestHead& head : {Head("", plain), Head(""), without_type, chunked}) {
    EXPECT_THAT(Faults(testing::Judged(ParseRawRequest("t", head, "", 1))),
                ElementsAre(HasSubstr(": The request has no body; was curl's --data-binary")));
  }
}

TEST(ParseRawRequest, ReadsKeyPartitionAndTimeFromTheQuery) {
  const auto result = Parse("key=a%00%FF%2Bb&partition=7&timestamp=1767323045678");
  const Record& record = result.value().batch.records[0];
  EXPECT_EQ(record.key, std::string_view("a\0\xff+b", 5));
  EXPECT_EQ(record.partition, 7);
  EXPECT_EQ(record.timestamp, 1'767'323'045'678);
  EXPECT_EQ(Parse("timestamp=2026-01-02T04:04:05.678%2B01:00").value().batch.records[0].timestamp,
            1'767'323'045'678);
  EXPECT_EQ(Parse("timestamp=2026-01-02T03%3A04%3A05.678Z").value().batch.records[0].timestamp,
            1'767'323'045'678);
}

TEST(ParseRawRequest, ReadsABarePlusAsASpace) {
  const auto result = Parse("key=New+York%2B+&header=a+b:c+d");
  EXPECT_EQ(result.value().batch.records[0].key, "New York+ ");
  EXPECT_THAT(HeaderTexts(result.value().batch.records[0]), ElementsAre("a b=c d"));
}

TEST(ParseRawRequest, ReadsASpaceBeforeTheZoneOfATimeAsThePlusThatItWas) {
  for (const char* time : {"2026-01-02T04:04:05.678+01:00", "2026-01-02T04%3A04%3A05.678%2001%3A00",
                           "2026-01-02T04:04:05.678%2B01:00"}) {
    const auto result = Parse("timestamp=" + std::string(time));
    ASSERT_TRUE(result.ok()) << time;
    EXPECT_EQ(result.value().batch.records[0].timestamp, 1'767'323'045'678) << time;
  }
  for (const char* bad : {"2026-01-02+04:04:05Z", "2026-01-02T04:04:05.678++01:00", "+01:00",
                          "2026-01-02T04:04:05Z+01:00", "+1767323045678"}) {
    EXPECT_EQ(Faults(Parse("timestamp=" + std::string(bad))).size(), 1U) << bad;
  }
}

TEST(ParseRawRequest, DecodesTheNamesOfParameters) {
  EXPECT_EQ(Parse("k%65y=a").value().batch.records[0].key, "a");
  EXPECT_THAT(Faults(Parse("key=a&%6Bey=b")), ElementsAre(HasSubstr("\"key\" appears twice")));
  EXPECT_THAT(Faults(Parse("my%20key=a")), ElementsAre(HasSubstr("my%20key: Unknown")));
  EXPECT_THAT(Faults(Parse("k%6=a")), ElementsAre(HasSubstr("k%6: \"%\" must be followed by")));
}

TEST(ParseRawRequest, DistinguishesAnEmptyKeyFromNone) {
  EXPECT_EQ(Parse("&key=&").value().batch.records[0].key, "");
  EXPECT_FALSE(Parse("&").value().batch.records[0].key);
}

TEST(ParseRawRequest, RefusesATopicWhoseEncodingIsNotWellFormed) {
  EXPECT_THAT(Faults(testing::Judged(ParseRawRequest(std::nullopt, Head(""), "", 1))),
              ElementsAre(HasSubstr("topic: \"%\" must be followed by")));
}

TEST(ParseRawRequest, TakesHeadersFromQueryAndFieldsInOrder) {
  const auto result =
      Parse("header=Name:a%2Bb&header=Name%3Ac%3Ad&header=:", "v",
            {{"Kafka-Header-Trace-ID", "T1"}, {"kafka-header-x", ""}, {"Kafka-Headers", "no"}});
  EXPECT_THAT(HeaderTexts(result.value().batch.records[0]),
              ElementsAre("Name=a+b", "Name=c:d", "=", "trace-id=T1", "x="));
}

TEST(ParseRawRequest, TakesTheContentTypeForAHeaderUnlessThereIsOne) {
  const Fields plain = {{"Content-Type", "text/plain; charset=utf-8"}};
  EXPECT_THAT(HeaderTexts(Parse("", "v", plain).value().batch.records[0]),
              ElementsAre("content-type=text/plain; charset=utf-8"));
  EXPECT_THAT(HeaderTexts(Parse("header=Content-Type:x", "v", plain).value().batch.records[0]),
              ElementsAre("Content-Type=x"));
}

TEST(ParseRawRequest, DoesNotPointIntoTheHead) {
  std::string query = "key=k&header=n:v";
  std::string field = "text/plain";
  const auto result = Parse(query, "v", {{"Content-Type", field}, {"Kafka-Header-a", field}});
  std::fill(query.begin(), query.end(), '!');
  std::fill(field.begin(), field.end(), '!');
  const Record& record = result.value().batch.records[0];
  EXPECT_EQ(record.key, "k");
  EXPECT_THAT(HeaderTexts(record), ElementsAre("n=v", "a=text/plain", "content-type=text/plain"));
}

TEST(ParseRawRequest, RefusesUnknownAndDoubleParametersByName) {
  EXPECT_THAT(Faults(Parse("kye=a")),
              ElementsAre("kye: Unknown query parameter \"kye\"; did you mean \"key\"?"));
  EXPECT_THAT(Faults(Parse("Partition=1")), ElementsAre(HasSubstr("did you mean \"partition\"")));
  EXPECT_THAT(
      Faults(Parse("colour=red")),
      ElementsAre("colour: Unknown query parameter \"colour\"; known names are key, partition, "
                  "timestamp, header, tombstone and split."));
  EXPECT_THAT(Faults(Parse("key=a&key=a&header=a:b&header=a:b")),
              ElementsAre(HasSubstr("key: The query parameter \"key\" appears twice")));
  EXPECT_THAT(Faults(Parse(std::string(500, 'x'))), ElementsAre(HasSubstr("x...\"")));
}

TEST(ParseRawRequest, SaysWhatEachParameterTakes) {
  EXPECT_THAT(Faults(Parse("key&partition=1.5&timestamp=now&header=a&tombstone=1")),
              ElementsAre(HasSubstr("key: The query parameter \"key\" has no value"),
                          HasSubstr("partition: A partition must be"),
                          HasSubstr("timestamp: A timestamp must be"),
                          HasSubstr("header: A header must be NAME:VALUE"),
                          HasSubstr("tombstone: \"tombstone\" must be")));
  for (const char* bad : {"partition=", "partition=2147483648", "partition=+1",
                          "timestamp=", "timestamp=1.0", "timestamp=%", "key=%", "key=%0g",
                          "header=%zz:a", "header=a:%", "header=%ff:a", "tombstone=", "=", "=a"}) {
    EXPECT_EQ(Faults(Parse(bad)).size(), 1U) << bad;
  }
}

TEST(ParseRawRequest, RefusesATombstoneWithABody) {
  EXPECT_THAT(Faults(Parse("tombstone=true", "x")), ElementsAre(HasSubstr("tombstone: ")));
}

TEST(ParseRawRequest, RefusesAHeaderFieldWithoutAName) {
  EXPECT_THAT(Faults(Parse("", "v", {{"Kafka-Header-", "x"}})),
              ElementsAre(HasSubstr("has no name")));
}

Result<NativeRequest, Problem> ParseArray(const std::string& body, std::string_view query = "",
                                          std::size_t max_records = 10'000,
                                          std::string_view type = "application/json") {
  const std::string all = "split=array&" + std::string(query);
  return testing::Judged(
      ParseRawRequest("orders", Head(all, {{"Content-Type", type}}), body, max_records));
}

TEST(ParseRawRequest, SplitsAnArrayIntoTheExactBytesOfItsElements) {
  const auto result = ParseArray(
      " [ {\"b\" : 1,\n\"a\":1e400} ,\"x\\u0041\",null,-0, [ ] ,\t\"\",{\"cut\":\"\\ud83d\"}]\n");
  ASSERT_TRUE(result.ok());
  const NativeRequest& request = result.value();
  EXPECT_THAT(Values(request), ElementsAre("{\"b\" : 1,\n\"a\":1e400}", "\"x\\u0041\"", "null",
                                           "-0", "[ ]", "\"\"", "{\"cut\":\"\\ud83d\"}"));
  EXPECT_FALSE(request.places.IsSingle());
  EXPECT_EQ(request.places.PointerOf(3), "/3");
  EXPECT_FALSE(request.places.lines);
}

TEST(ParseRawRequest, GivesEachElementWhatTheTargetSays) {
  const auto result = ParseArray("[1,2]", "key=k&partition=3&timestamp=7&header=a:b", 2,
                                 "Application/JSON; charset=utf-8");
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result.value().batch.records.size(), 2U);
  for (const Record& record : result.value().batch.records) {
    EXPECT_EQ(record.topic, "orders");
    EXPECT_EQ(record.key, "k");
    EXPECT_EQ(record.partition, 3);
    EXPECT_EQ(record.timestamp, 7);
    EXPECT_THAT(HeaderTexts(record), ElementsAre("a=b")) << "no content-type, as with lines";
  }
}

TEST(ParseRawRequest, RefusesWhatItCannotSplit) {
  EXPECT_THAT(Faults(ParseArray("[ ]")), ElementsAre(HasSubstr("The array has no elements")));
  EXPECT_THAT(Faults(ParseArray("{\"a\":1}")),
              ElementsAre(HasSubstr("the body must be a JSON array, whose elements become "
                                    "records, not an object.")));
  EXPECT_THAT(Faults(ParseArray("[1]", "tombstone=true")), ElementsAre(HasSubstr("tombstone: ")));
  for (const char* type : {"text/plain", "application/x-ndjson", "application/jsonl"}) {
    EXPECT_THAT(Faults(ParseArray("[1]", "", 1, type)),
                ElementsAre(HasSubstr("split: \"split=array\" requires a body of the media type "
                                      "application/json")));
  }
  EXPECT_THAT(Faults(Parse("split=array", "[1]")), ElementsAre(HasSubstr("split: ")));
  EXPECT_THAT(Faults(Parse("split=lines", "1")),
              ElementsAre(HasSubstr("split: \"split\" must be \"none\", or \"array\"")));
  EXPECT_THAT(Faults(Parse("split=none", "[1]")), IsEmpty());
  EXPECT_THAT(Faults(Parse("split=array&split=array", "1")), Contains(HasSubstr("appears twice")));
  EXPECT_THAT(Faults(ParseLines("1", "split=array")), ElementsAre(HasSubstr("split: ")));
}

TEST(ParseRawRequest, SaysWhereTheArrayIsNotJson) {
  for (const auto& [body, at] :
       std::vector<std::pair<std::string, std::string>>{{"", "The body is empty"},
                                                        {"[1,]", "at byte 3"},
                                                        {"[1", "at byte 2"},
                                                        {"[{\"a\":01}]", "at byte 7"},
                                                        {"[1] 2", "at byte 4"},
                                                        {"{\"a\"", "at byte 4"},
                                                        {"[\"\xff\"]", "UTF-8 at byte 2"}}) {
    const auto result = ParseArray(body, "kye=1");
    ASSERT_FALSE(result.ok()) << body;
    EXPECT_EQ(result.error().type, ProblemType::kInvalidJson) << body;
    EXPECT_THAT(result.error().detail, HasSubstr(at)) << body;
  }
}

TEST(ParseRawRequest, SplitsAnArrayUpToTheLimit) {
  EXPECT_TRUE(ParseArray("[1,2]", "", 2).ok());
  EXPECT_EQ(ParseArray("[1,2,3]", "", 2).error().type, ProblemType::kTooManyRecords);
  EXPECT_EQ(ParseArray("[1,2,{]", "", 2).error().type, ProblemType::kTooManyRecords);
}

TEST(ParseRawLinesRequest, MakesEachLineARecordUntouched) {
  const auto result = ParseLines("{\"a\": 1}\r\nnot json\n\r\n\n[ 2 ]\n\r\r\n \xff\r");
  ASSERT_TRUE(result.ok());
  const NativeRequest& request = result.value();
  EXPECT_THAT(Values(request), ElementsAre("{\"a\": 1}", "not json", "[ 2 ]", "\r", " \xff\r"));
  std::vector<std::size_t> lines;
  for (std::size_t i = 0; i < 5; ++i) lines.push_back(request.places.lines->LineOf(i));
  EXPECT_THAT(lines, ElementsAre(1U, 2U, 5U, 6U, 7U));
  EXPECT_EQ(request.places.PointerOf(3), "/3");
}

TEST(ParseRawLinesRequest, GivesEachRecordWhatTheTargetSays) {
  const auto result = ParseLines("1\n2", "key=k&partition=3&header=a:b");
  for (const Record& record : result.value().batch.records) {
    EXPECT_EQ(record.topic, "orders");
    EXPECT_EQ(record.key, "k");
    EXPECT_EQ(record.partition, 3);
    EXPECT_THAT(HeaderTexts(record), ElementsAre("a=b"));
  }
}

TEST(ParseRawLinesRequest, HasNoContentTypeHeader) {
  const auto result =
      ParseRawLinesRequest("t", Head("", {{"Content-Type", "application/x-ndjson"}}), "1", 1);
  EXPECT_THAT(result.value().batch.records[0].headers, IsEmpty());
}

TEST(ParseRawLinesRequest, RefusesWhatIsNoTextByItsFirstBytes) {
  EXPECT_THAT(Faults(ParseLines("\x1F\x8B\x08\n")), ElementsAre(HasSubstr("Content-Encoding")));
  EXPECT_THAT(Faults(ParseLines("\xFF\xFE"
                                "1")),
              ElementsAre(HasSubstr("UTF-16")));
  EXPECT_TRUE(Parse("", "\x1F\x8B\x08").ok()) << "a value of its own may be anything";
}

TEST(ParseRawLinesRequest, RefusesNoLinesTooManyLinesAndATombstone) {
  EXPECT_THAT(Faults(ParseLines("\n\r\n")),
              ElementsAre(HasSubstr("The body has no non-empty line")));
  EXPECT_THAT(Faults(ParseLines("")), ElementsAre(HasSubstr("The body has no non-empty line")));
  EXPECT_TRUE(ParseLines("1\n\n2\n", "", 2).ok());
  EXPECT_EQ(ParseLines("1\n2\n3", "", 2).error().type, ProblemType::kTooManyRecords);
  EXPECT_THAT(Faults(ParseLines("1", "tombstone=true")), ElementsAre(HasSubstr("tombstone: ")));
}

}  // namespace
}  // namespace gateway
