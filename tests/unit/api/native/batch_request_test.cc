// Many records; and the errors of bodies that are not JSON at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/cpp/request_parser_testing.h"

namespace gateway {
namespace {

using std::string_literals::operator""s;
using ::testing::ElementsAre;
using testing::Faults;
using ::testing::HasSubstr;
using testing::HeaderTexts;
using testing::ParseBatch;
using testing::ParseLines;
using testing::ParseSend;
using testing::Pointers;

TEST(BatchRequest, TakesAnArrayOfRecords) {
  const auto result = ParseBatch(R"([{"topic":"a","value":1}, {"topic":"b","value":"x\n"}])");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  const NativeRequest& request = result.value();
  EXPECT_EQ(request.places.form, NativePlaces::Form::kArray);
  EXPECT_EQ(request.places.PointerOf(1), "/1");
  ASSERT_EQ(request.batch.records.size(), 2U);
  EXPECT_EQ(request.batch.records[0].topic, "a");
  EXPECT_EQ(request.batch.records[0].value, "1");
  EXPECT_EQ(request.batch.records[1].topic, "b");
  EXPECT_EQ(request.batch.records[1].value, "x\n");
}

TEST(BatchRequest, TakesMessagesWithDefaultsBeforeOrBehindThem) {
  const std::string messages = R"("messages":[{"value":1},{"topic":"own","value":2}])";
  const std::string defaults = R"("topic":"default","headers":{"h":"1"})";
  for (const std::string& body :
       {"{" + messages + "," + defaults + "}", "{" + defaults + "," + messages + "}"}) {
    const auto result = ParseBatch(body);
    ASSERT_THAT(Faults(result), ElementsAre("accepted"));
    const NativeRequest& request = result.value();
    EXPECT_EQ(request.places.form, NativePlaces::Form::kMessages);
    EXPECT_EQ(request.places.PointerOf(1), "/messages/1");
    EXPECT_EQ(request.batch.records.at(0).topic, "default");
    EXPECT_EQ(request.batch.records.at(1).topic, "own");
    EXPECT_THAT(HeaderTexts(request.batch.records[0]), ElementsAre("h=1"));
    EXPECT_THAT(HeaderTexts(request.batch.records[1]), ElementsAre("h=1"));
  }
}

TEST(BatchRequest, PutsDefaultHeadersFirstAndLetsARecordReplaceThem) {
  const auto result = ParseBatch(
      R"({"topic":"t","headers":[{"name":"a","value":"1"},{"name":"b","value":"2"},)"
      R"({"name":"a","value":"3"}],"messages":[{"value":1,"headers":{"c":"4","a":null}},)"
      R"({"value":1},{"value":1,"headers":[]}]})");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  const std::vector<Record>& records = result.value().batch.records;
  EXPECT_THAT(HeaderTexts(records.at(0)), ElementsAre("b=2", "c=4", "a"));
  EXPECT_THAT(HeaderTexts(records.at(1)), ElementsAre("a=1", "b=2", "a=3"));
  EXPECT_THAT(HeaderTexts(records.at(2)), ElementsAre("a=1", "b=2", "a=3"));
}

TEST(BatchRequest, BoundsDefaultHeaders) {
  const auto body = [](std::size_t count) {
    std::string headers;
    for (std::size_t i = 0; i < count; ++i) {
      headers.append(i == 0 ? "" : ",").append("\"" + std::to_string(i) + "\":null");
    }
    return R"({"topic":"t","headers":{)" + headers + R"(},"messages":[{"value":1}]})";
  };
  EXPECT_TRUE(ParseBatch(body(kMaxDefaultHeaders)).ok());
  EXPECT_THAT(Pointers(ParseBatch(body(kMaxDefaultHeaders + 1))), ElementsAre("/headers"));
}

TEST(BatchRequest, RefusesABatchWithoutRecords) {
  EXPECT_THAT(Faults(ParseBatch("[]")), ElementsAre(HasSubstr("The body contains no record")));
  EXPECT_THAT(Pointers(ParseBatch(R"({"topic":"t","messages":[]})")), ElementsAre("/messages"));
  EXPECT_THAT(Faults(ParseBatch("{}")), ElementsAre(HasSubstr("\"messages\" is missing")));
  EXPECT_THAT(Pointers(ParseBatch(R"({"messages":null})")), ElementsAre("/messages"));
  EXPECT_THAT(Pointers(ParseBatch(R"({"messages":{}})")), ElementsAre("/messages"));
  EXPECT_THAT(Pointers(ParseBatch("1")), ElementsAre(""));
}

TEST(BatchRequest, PointsToEachError) {
  EXPECT_THAT(Pointers(ParseBatch(R"([{"topic":1,"value":1},{"topic":"t"},2,{"value":1},)"
                                  R"({"topic":"t","value":1,"headers":[{"name":1,"value":""}]}])")),
              ElementsAre("/0/topic", "/1", "/2", "/3", "/4/headers/0/name"));
  EXPECT_THAT(Pointers(ParseBatch(R"({"messages":[{"topic":"t","value":1},{"value":1},[],)"
                                  R"({"topic":"t","x~y":1,"value":1}]})")),
              ElementsAre("/messages/1", "/messages/2", "/messages/3/x~0y"));
  EXPECT_THAT(Pointers(ParseBatch(R"({"topic":null,"headers":1,"messages":[{"value":1}]})")),
              ElementsAre("/topic", "/headers"));
}

TEST(BatchRequest, RefusesUnknownAndRepeatedMembersNextToTheMessages) {
  EXPECT_THAT(Faults(ParseBatch(R"({"message":[],"messages":[{"topic":"t","value":1}]})")),
              ElementsAre(R"(/message: Unknown member "message"; did you mean "messages"?)"));
  EXPECT_THAT(Pointers(ParseBatch(R"({"messages":[{"topic":"t","value":1}],"m\u0065ssages":[]})")),
              ElementsAre("/messages"));
  EXPECT_THAT(Pointers(ParseBatch(R"({"topic":"t","topic":"t","messages":[{"value":1}]})")),
              ElementsAre("/topic"));
}

TEST(BatchRequest, ListsAHundredErrorsAndSaysThatThereAreMore) {
  const auto body = [](std::size_t count) {
    std::string text = "[";
    for (std::size_t i = 0; i < count; ++i) text.append(i == 0 ? "1" : ",1");
    return text + "]";
  };
  const auto hundred = ParseBatch(body(kMaxErrorDetails));
  ASSERT_FALSE(hundred.ok());
  EXPECT_EQ(hundred.error().errors.size(), kMaxErrorDetails);
  EXPECT_FALSE(hundred.error().truncated);
  const auto more = ParseBatch(body(kMaxErrorDetails + 1));
  ASSERT_FALSE(more.ok());
  EXPECT_EQ(more.error().errors.size(), kMaxErrorDetails);
  EXPECT_TRUE(more.error().truncated);
}

TEST(BatchRequest, FindsTooManyRecordsBeforeItHasReadThemAll) {
  const std::string two = R"({"topic":"t","value":1},{"topic":"t","value":1})";
  EXPECT_TRUE(ParseBatch("[" + two + "]", 2).ok());
  for (const std::string& body :
       {"[" + two + ",{]", "[" + two + "," + two + "]", R"({"messages":[)" + two + ",1]}"}) {
    const auto result = ParseBatch(body, 2);
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().type, ProblemType::kTooManyRecords);
    EXPECT_THAT(result.error().detail, HasSubstr("more than 2 records"));
  }
}

TEST(BatchRequest, RecordsKeepTheirBytesWhenTheRequestMoves) {
  auto result = ParseBatch(R"([{"topic":"t","key":"\u0041","value":{"a":1},"headers":{"h":"v"}}])");
  ASSERT_TRUE(result.ok());
  NativeRequest first = std::move(result).value();
  NativeRequest request;
  request.batch.body = "something else";
  request = std::move(first);
  const Record& record = request.batch.records.at(0);
  EXPECT_EQ(record.topic, "t");
  EXPECT_EQ(record.key, "A");
  EXPECT_EQ(record.value, R"({"a":1})");
  EXPECT_THAT(HeaderTexts(record), ElementsAre("h=v"));
}

TEST(BatchRequest, CopiesNothingThatTheBodySaysAsItIs) {
  const auto result = ParseBatch(
      R"([{"topic":"t","key":"k","value":"v"},{"topic":"t","value":[1,2],"keyEncoding":"json"}])");
  ASSERT_TRUE(result.ok());
  const RequestRecords& batch = result.value().batch;
  EXPECT_EQ(batch.arena, nullptr);
  for (const Record& record : batch.records) {
    EXPECT_GE(record.value->data(), batch.body.data());
    EXPECT_LT(record.value->data(), batch.body.data() + batch.body.size());
  }
}

TEST(BatchRequest, TakesABodyWithoutRoomBehindIt) {
  const auto result = ParseBatchRequest("[{\"topic\":\"t\",\"value\":1}]", 1);
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().batch.records[0].value, "1");
}

TEST(LinesRequest, TakesARecordALineAndSkipsEmptyLines) {
  const auto result = ParseLines(
      "\n{\"topic\":\"a\",\"value\":{\"x\": 1}}\r\n \r\n\n{\"topic\":\"b\",\"value\":null} ");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  const NativeRequest& request = result.value();
  EXPECT_EQ(request.places.form, NativePlaces::Form::kLines);
  EXPECT_EQ(request.places.PointerOf(1), "/1");
  ASSERT_EQ(request.batch.records.size(), 2U);
  EXPECT_EQ(request.batch.records[0].value, "{\"x\": 1}");
  EXPECT_EQ(request.batch.records[1].topic, "b");
}

TEST(LinesRequest, RefusesNoRecordTooManyRecordsAndErrors) {
  const std::string line = "{\"topic\":\"t\",\"value\":1}\n";
  EXPECT_THAT(Faults(ParseLines("\n \n")), ElementsAre(HasSubstr("The body contains no record")));
  EXPECT_TRUE(ParseLines(line + line, 2).ok());
  EXPECT_EQ(ParseLines(line + line + line, 2).error().type, ProblemType::kTooManyRecords);
  EXPECT_THAT(Pointers(ParseLines(line + "\n[]\n{\"value\":1}\n")), ElementsAre("/1", "/2"));
}

TEST(LinesRequest, RequiresAWholeRecordPerLine) {
  const std::string line = "{\"topic\":\"t\",\"value\":1}\n";
  EXPECT_THAT(
      Faults(ParseLines(line + "{\"topic\":\n\"t\",\"value\":1}")),
      ElementsAre("Line 2 of the body ends too early, at byte 33: a JSON value is expected here."));
  EXPECT_THAT(Faults(ParseLines(line + "\n{} {}")),
              ElementsAre("Line 3 of the body is not valid JSON at byte 28: nothing may follow the "
                          "JSON text."));
}

TEST(RequestBody, SaysWhereItIsNotJson) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "The body is empty; send JSON."},
      {" \n", "The body ends too early, at byte 2: a JSON value is expected here."},
      {"\xEF\xBB\xBF{}",
       "The body begins with a byte order mark (EF BB BF); send UTF-8 without one."},
      {"\x1F\x8B\b",
       "The body begins like gzip (1F 8B), but the request has no matching Content-Encoding: send "
       "Content-Encoding: gzip, or the body uncompressed. Only one coding is decoded."},
      {"\x28\xB5\x2F\xFD\x04",
       "The body begins like zstd (28 B5 2F FD), but the request has no matching Content-Encoding: "
       "send Content-Encoding: zstd, or the body uncompressed. Only one coding is decoded."},
      {"\xFF\xFE{\0}\0"s,
       "The body begins with the byte order mark of UTF-16 (FF FE); send UTF-8."},
      {"\xFE\xFF\0{\0}"s,
       "The body begins with the byte order mark of UTF-16 (FE FF); send UTF-8."},
      {"{\"topic\":\"\xC3\"}", "The body is not valid UTF-8 at byte 10."},
      {"{\"topic\":\"t\0\"}"s,
       "The body has a NUL byte at byte 11; JSON has none (in a string: \\u0000)."},
      {"{\"topic\":\"t\",\"value\":1}\0x"s,
       "The body has a NUL byte at byte 23; JSON has none (in a string: \\u0000)."},
      {R"({"topic":"t","value":1)",
       "The body ends too early, at byte 22: ',' or '}' must follow an object member."},
      {R"({"topic":"t","value":01})",
       "The body is not valid JSON at byte 22: a number has no leading zeros."},
      {R"({"topic":"t","value":1} {})",
       "The body is not valid JSON at byte 24: nothing may follow the JSON text."},
      {R"({"topic":"t","value":1,})",
       "The body is not valid JSON at byte 23: an object member must begin with a name in double "
       "quotes."},
  };
  for (const auto& [body, detail] : cases) {
    for (const auto& result : {ParseSend(body).error(), ParseBatch(body).error()}) {
      EXPECT_EQ(result.type, ProblemType::kInvalidJson) << body;
      EXPECT_EQ(result.detail, detail);
    }
  }
}

TEST(RequestBody, IsCheckedToTheLastByteWhateverElseIsWrong) {
  for (const std::string body :
       {R"({"vlaue":[1,2,],"topic":1})", R"({"topic":"t","value":1,"value":nul})",
        R"({"headers":{"a":[01]},"topic":"t"})", R"({"headers":[{"name":"a","x":tru}]})", "[1,]",
        R"({"topic":{"a":'b'}})", R"({"partition":1e,"value":1})", R"("abc)",
        R"({"messages":{"a":}})", R"({"topic":"t","value":1}])"}) {
    EXPECT_EQ(ParseSend(body).error().type, ProblemType::kInvalidJson) << body;
    EXPECT_EQ(ParseBatch(body).error().type, ProblemType::kInvalidJson) << body;
    EXPECT_EQ(ParseBatch("[" + body + "]").error().type, ProblemType::kInvalidJson) << body;
  }
}

TEST(RequestBody, MayNestAValueAThousandDeepAndNoDeeper) {
  const auto body = [](std::size_t depth) {
    return R"({"topic":"t","value":)" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(ParseSend(body(kMaxValueDepth)).ok());
  EXPECT_TRUE(ParseBatch("[" + body(kMaxValueDepth) + "]").ok());
  const auto result = ParseSend(body(kMaxValueDepth + 1));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().type, ProblemType::kInvalidJson);
  EXPECT_THAT(result.error().detail, HasSubstr("at byte 1021: a value is nested deeper than 1000"));
  for (const std::string& deep :
       {std::string(100'000, '['), R"([{"a":)" + std::string(100'000, '['),
        R"({"headers":)" + std::string(100'000, '[')}) {
    EXPECT_FALSE(ParseSend(deep).ok());
    EXPECT_FALSE(ParseBatch(deep).ok());
  }
}

}  // namespace
}  // namespace gateway
