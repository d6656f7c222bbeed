// One record: the meaning of each member, and its errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
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
using ::testing::IsEmpty;
using testing::ParseSend;
using testing::Pointers;

// The request of `{"topic":"t", ...members}`; `members` include the value.
Result<NativeRequest, Problem> Send(const std::string& members) {
  return ParseSend(R"({"topic":"t",)" + members + "}");
}

std::optional<std::string> Copy(const std::optional<std::string_view>& bytes) {
  if (!bytes) return std::nullopt;
  return std::string(*bytes);
}

std::optional<std::string> ValueOf(const std::string& members) {
  const auto result = Send(members);
  EXPECT_THAT(Faults(result), ElementsAre("accepted")) << members;
  if (!result.ok()) return "(refused)";
  return Copy(result.value().batch.records.at(0).value);
}

std::optional<std::string> KeyOf(const std::string& members) {
  const auto result = Send(R"("value":1,)" + members);
  EXPECT_THAT(Faults(result), ElementsAre("accepted")) << members;
  if (!result.ok()) return "(refused)";
  return Copy(result.value().batch.records.at(0).key);
}

TEST(SendRequest, TakesEveryMember) {
  const auto result = ParseSend(
      R"({"timestamp":1700000000000,"partition":3,"headers":{"h":"v"},"valueEncoding":"json",)"
      R"("keyEncoding":"text","value":"v","key":"k","topic":"orders"})");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  const NativeRequest& request = result.value();
  EXPECT_EQ(request.places.form, NativePlaces::Form::kSingle);
  EXPECT_EQ(request.places.PointerOf(0), "");
  ASSERT_EQ(request.batch.records.size(), 1U);
  const Record& record = request.batch.records[0];
  EXPECT_EQ(record.topic, "orders");
  EXPECT_EQ(record.key, "k");
  EXPECT_EQ(record.value, "\"v\"");
  EXPECT_THAT(HeaderTexts(record), ElementsAre("h=v"));
  EXPECT_EQ(record.partition, 3);
  EXPECT_EQ(record.timestamp, 1'700'000'000'000);
}

TEST(SendRequest, LeavesAbsentMembersAbsent) {
  const auto result = Send(R"("value":"")");
  ASSERT_TRUE(result.ok());
  const Record& record = result.value().batch.records[0];
  EXPECT_FALSE(record.key);
  EXPECT_TRUE(record.headers.empty());
  EXPECT_FALSE(record.partition);
  EXPECT_FALSE(record.timestamp);
}

TEST(SendRequest, ForwardsTheBytesOfAJsonValueExactlyAsSent) {
  for (const std::string value :
       {"1e400", "-0", "123456789012345678901234567890", "1E2", "1.0", "true", "false", "{}", "[]",
        "{ \"b\" : 1,\n\t\"a\" : [ 1 , 2 ] }", R"({"a":1,"a":2})", R"(["\u0041\/"])",
        "[\"\xC3\xA4\"]"}) {
    EXPECT_EQ(ValueOf("\"value\": \n" + value + " \t"), value);
    EXPECT_EQ(ValueOf("\"value\":" + value + R"(,"valueEncoding":"json")"), value);
  }
}

// Text that was cut within an emoji.
TEST(SendRequest, ForwardsHalfASurrogatePairThatIsNotDecoded) {
  for (const std::string value : {R"({"a":"\ud83d"})", R"({"\ud83d":1})", R"([["\ude00\ud83d"]])",
                                  R"({"a":{"\uDC00":""}})"}) {
    EXPECT_EQ(ValueOf("\"value\":" + value), value);
    EXPECT_EQ(KeyOf(R"("keyEncoding":"json","key":)" + value), value);
  }
  EXPECT_EQ(ValueOf(R"("value":"\ud83d","valueEncoding":"json")"), R"("\ud83d")");
  EXPECT_EQ(KeyOf(R"("key":"\ud83d","keyEncoding":"json")"), R"("\ud83d")");
  const auto header =
      Send(R"("value":1,"headers":[{"name":"h","value":"\ud83d","encoding":"json"}])");
  ASSERT_TRUE(header.ok());
  EXPECT_THAT(HeaderTexts(header.value().batch.records[0]), ElementsAre(R"(h="\ud83d")"));
}

TEST(SendRequest, RefusesHalfASurrogatePairWhereItIsText) {
  const auto pointers = [](const std::string& members) { return Pointers(Send(members)); };
  EXPECT_THAT(Faults(Send(R"("value":"cut \ud83d")")),
              ElementsAre(HasSubstr("/value: A \\u escape is half of a surrogate pair")));
  EXPECT_THAT(pointers(R"("value":1,"key":"\ude00")"), ElementsAre("/key"));
  EXPECT_THAT(pointers(R"("value":1,"headers":{"h":"\ud83dx"})"), ElementsAre("/headers/h"));
  EXPECT_THAT(pointers(R"("value":1,"headers":{"\ud83d":null})"), ElementsAre("/headers"));
  EXPECT_THAT(pointers(R"("value":1,"headers":[{"name":"\ud83d","value":"\ud83d"}])"),
              ElementsAre("/headers/0/name", "/headers/0/value"));
  EXPECT_THAT(pointers(R"("value":"\ud83d","valueEncoding":"base64")"), ElementsAre("/value"));
  EXPECT_THAT(pointers(R"("value":1,"valueEncoding":"\ud83d")"), ElementsAre("/valueEncoding"));
  EXPECT_THAT(pointers(R"("value":1,"timestamp":"\ud83d")"), ElementsAre("/timestamp"));
  EXPECT_THAT(pointers(R"("value":1,"\ud83d":1)"), ElementsAre("/\xEF\xBF\xBD"));
  EXPECT_THAT(Pointers(ParseSend(R"({"topic":"\ud83d","value":1})")), ElementsAre("/topic"));
}

TEST(SendRequest, TakesAStringValueAsItsBytes) {
  EXPECT_EQ(ValueOf(R"("value":"plain")"), "plain");
  EXPECT_EQ(ValueOf(R"("value":"")"), "");
  EXPECT_EQ(ValueOf(R"("value":"a\n\u00e4\ud83d\ude00\u0000")"), "a\n\xC3\xA4\xF0\x9F\x98\x80\0"s);
  EXPECT_EQ(ValueOf(R"("value":"x","valueEncoding":"text")"), "x");
}

TEST(SendRequest, KeepsTheQuotesOfAStringThatIsJson) {
  EXPECT_EQ(ValueOf(R"("valueEncoding":"json","value":"a\n\u0041")"), R"("a\n\u0041")");
}

TEST(SendRequest, DecodesBase64) {
  EXPECT_EQ(ValueOf(R"("value":"AAH/","valueEncoding":"base64")"), "\0\x01\xFF"s);
  EXPECT_EQ(ValueOf(R"("value":"AAH\/","valueEncoding":"base64")"), "\0\x01\xFF"s);
  EXPECT_EQ(ValueOf(R"("value":"","valueEncoding":"base64")"), "");
  EXPECT_EQ(KeyOf(R"("keyEncoding":"base64","key":"Zm8=")"), "fo");
}

TEST(SendRequest, TakesNullAsATombstoneUnderEachEncoding) {
  EXPECT_EQ(ValueOf(R"("value":null)"), std::nullopt);
  for (const std::string encoding : {"text", "base64", "json"}) {
    EXPECT_EQ(ValueOf(R"("value":null,"valueEncoding":")" + encoding + "\""), std::nullopt);
    EXPECT_EQ(KeyOf(R"("key":null,"keyEncoding":")" + encoding + "\""), std::nullopt);
  }
}

TEST(SendRequest, DistinguishesAnEmptyKeyFromNone) {
  EXPECT_EQ(KeyOf(R"("key":"")"), "");
  EXPECT_EQ(KeyOf(R"("key":"","keyEncoding":"base64")"), "");
  EXPECT_EQ(KeyOf(R"("key":null)"), std::nullopt);
  EXPECT_EQ(KeyOf(R"("keyEncoding":"json")"), std::nullopt);
}

// librdkafka takes a null pointer for a tombstone, regardless of the size.
TEST(SendRequest, GivesEmptyBytesAnAddress) {
  for (const std::string members :
       {R"("key":"","value":"")", R"("key":"","value":"","keyEncoding":"base64",)"
                                  R"("valueEncoding":"base64")"}) {
    const auto result = Send(members);
    ASSERT_TRUE(result.ok());
    EXPECT_NE(result.value().batch.records[0].key->data(), nullptr);
    EXPECT_NE(result.value().batch.records[0].value->data(), nullptr);
  }
}

TEST(SendRequest, TakesAnyJsonAsAKeyOnlyWithItsEncoding) {
  EXPECT_EQ(KeyOf(R"("key":{"id": 1},"keyEncoding":"json")"), R"({"id": 1})");
  EXPECT_EQ(KeyOf(R"("key":"k","keyEncoding":"json")"), "\"k\"");
  EXPECT_THAT(Faults(Send(R"("value":1,"key":17)")),
              ElementsAre("/key: This must be a string or null, not a number; set \"keyEncoding\" "
                          "to \"json\" to send the JSON text itself."));
}

TEST(SendRequest, RefusesBase64ThatIsNotStrictOrNoString) {
  for (const std::string value : {R"("Zg=")", R"("Zh==")", R"("Z g=")", R"("-_-_")", "1", "{}"}) {
    EXPECT_THAT(Pointers(Send(R"("valueEncoding":"base64","value":)" + value)),
                ElementsAre("/value"));
    EXPECT_THAT(Pointers(Send(R"("value":1,"keyEncoding":"base64","key":)" + value)),
                ElementsAre("/key"));
  }
}

TEST(SendRequest, RefusesUnknownEncodings) {
  for (const std::string encoding : {"\"Text\"", "\"hex\"", "\"\"", "null", "1"}) {
    EXPECT_THAT(Faults(Send(R"("value":1,"valueEncoding":)" + encoding)),
                ElementsAre(R"(/valueEncoding: An encoding must be "text", "base64" or "json".)"));
    EXPECT_THAT(Pointers(Send(R"("value":1,"keyEncoding":)" + encoding)),
                ElementsAre("/keyEncoding"));
  }
}

TEST(SendRequest, TakesHeadersInTheObjectForm) {
  const auto result = Send(R"("value":1,"headers":{"b":"2","a":null,"":"","\u0041":"\n"})");
  ASSERT_TRUE(result.ok());
  EXPECT_THAT(HeaderTexts(result.value().batch.records[0]), ElementsAre("b=2", "a", "=", "A=\n"));
}

TEST(SendRequest, TakesHeadersInTheArrayFormInOrderAndTwice) {
  const auto result = Send(
      R"("value":1,"headers":[{"name":"b","value":"1"},{"value":"Zg==","encoding":"base64",)"
      R"("name":"a"},{"name":"b","value":{"x": 1},"encoding":"json"},{"name":"n","value":null}])");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  EXPECT_THAT(HeaderTexts(result.value().batch.records[0]),
              ElementsAre("b=1", "a=f", R"(b={"x": 1})", "n"));
}

TEST(SendRequest, TakesNoHeaders) {
  for (const std::string headers : {"{}", "[]"}) {
    const auto result = Send(R"("value":1,"headers":)" + headers);
    ASSERT_TRUE(result.ok());
    EXPECT_THAT(HeaderTexts(result.value().batch.records[0]), IsEmpty());
  }
}

TEST(SendRequest, RefusesHeadersOfTheWrongShapeWithTheirPointer) {
  const auto pointers = [](const std::string& headers) {
    return Pointers(Send(R"("value":1,"headers":)" + headers));
  };
  EXPECT_THAT(pointers("null"), ElementsAre("/headers"));
  EXPECT_THAT(pointers("\"a\""), ElementsAre("/headers"));
  EXPECT_THAT(pointers(R"({"a/b":1,"c~d":[]})"), ElementsAre("/headers/a~1b", "/headers/c~0d"));
  EXPECT_THAT(pointers(R"([{"name":"a","value":""},1])"), ElementsAre("/headers/1"));
  EXPECT_THAT(pointers("[{}]"), ElementsAre("/headers/0", "/headers/0"));
  EXPECT_THAT(pointers(R"([{"name":1,"value":1}])"),
              ElementsAre("/headers/0/name", "/headers/0/value"));
  EXPECT_THAT(pointers(R"([{"name":"a","value":"?","encoding":"base64"}])"),
              ElementsAre("/headers/0/value"));
  EXPECT_THAT(pointers(R"([{"name":"a","value":"?","encoding":"hex"}])"),
              ElementsAre("/headers/0/encoding"));
  EXPECT_THAT(pointers(R"([{"name":"a","value":"","name":"b"}])"), ElementsAre("/headers/0/name"));
  EXPECT_THAT(Faults(Send(R"("value":1,"headers":[{"nmae":"a","name":"a","value":""}])")),
              ElementsAre(R"(/headers/0/nmae: Unknown member "nmae"; did you mean "name"?)"));
}

TEST(SendRequest, RefusesAHeaderNameTwiceInTheObjectForm) {
  EXPECT_THAT(Pointers(Send(R"("value":1,"headers":{"a":"1","b":"2","a":"3"})")),
              ElementsAre("/headers/a"));
  EXPECT_THAT(Pointers(Send(R"("value":1,"headers":{"a":"1","\u0061":null})")),
              ElementsAre("/headers/a"));
  std::string many;
  for (int i = 0; i < 50; ++i) many += "\"h" + std::to_string(i) + "\":null,";
  EXPECT_TRUE(Send(R"("value":1,"headers":{)" + many + R"("x":""})").ok());
  EXPECT_THAT(Pointers(Send(R"("value":1,"headers":{)" + many + R"("h7":""})")),
              ElementsAre("/headers/h7"));
}

TEST(SendRequest, TakesPartitionsThatFit) {
  const auto partition = [](const std::string& number) {
    const auto result = Send(R"("value":1,"partition":)" + number);
    return result.ok() ? result.value().batch.records[0].partition : std::nullopt;
  };
  EXPECT_EQ(partition("0"), 0);
  EXPECT_EQ(partition("2147483647"), 2'147'483'647);
  EXPECT_EQ(partition("-1"), -1);  // for the record's limits to refuse
  for (const std::string bad :
       {"2147483648", "1.0", "1e0", "null", "\"1\"", "true", "[]", "99999999999999999999999"}) {
    EXPECT_THAT(Pointers(Send(R"("value":1,"partition":)" + bad)), ElementsAre("/partition"));
  }
}

TEST(SendRequest, TakesTimestampsInBothForms) {
  const auto timestamp = [](const std::string& text) {
    const auto result = Send(R"("value":1,"timestamp":)" + text);
    return result.ok() ? result.value().batch.records[0].timestamp : std::nullopt;
  };
  EXPECT_EQ(timestamp("1"), 1);
  EXPECT_EQ(timestamp("9223372036854775807"), 9'223'372'036'854'775'807);
  EXPECT_EQ(timestamp("0"), 0);  // for the record's limits to refuse
  EXPECT_EQ(timestamp(R"("2026-01-02T03:04:05.678Z")"), 1'767'323'045'678);
  EXPECT_EQ(timestamp(R"("2026-01-02T03:04:05.678\u005A")"), 1'767'323'045'678);
  for (const std::string bad : {"9223372036854775808", "1.5", "1e3", "null", "\"1\"", "{}",
                                R"("2026-01-02")", R"("2016-12-31T23:59:60Z")"}) {
    EXPECT_THAT(Pointers(Send(R"("value":1,"timestamp":)" + bad)), ElementsAre("/timestamp"));
  }
}

TEST(SendRequest, SaysWhichMembersAreMissing) {
  EXPECT_THAT(Faults(ParseSend("{}")),
              ElementsAre(": The member \"value\" is missing; send null for a tombstone.",
                          ": The member \"topic\" is missing."));
  EXPECT_THAT(Faults(ParseSend(R"({"value":1})")),
              ElementsAre(": The member \"topic\" is missing."));
}

TEST(SendRequest, RefusesATopicThatIsNoString) {
  for (const std::string topic : {"null", "1", "[]", "{}", "true"}) {
    EXPECT_THAT(Pointers(ParseSend(R"({"value":1,"topic":)" + topic + "}")), ElementsAre("/topic"));
  }
}

TEST(SendRequest, LeavesTheLegalityOfATopicToTheRecordLimits) {
  const auto result = ParseSend(R"({"value":1,"topic":""})");
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result.value().batch.records[0].topic, "");
}

TEST(SendRequest, ReadsEscapedMemberNames) {
  const auto result = ParseSend(R"({"\u0074opic":"t","val\u0075e":"v"})");
  ASSERT_THAT(Faults(result), ElementsAre("accepted"));
  EXPECT_EQ(result.value().batch.records[0].topic, "t");
  EXPECT_EQ(result.value().batch.records[0].value, "v");
}

TEST(SendRequest, RefusesAMemberTwiceAlsoWhenItIsWrittenDifferently) {
  EXPECT_THAT(Faults(Send(R"("value":1,"value":2)")),
              ElementsAre("/value: The member \"value\" appears twice; leave one out."));
  EXPECT_THAT(Pointers(Send(R"("value":1,"\u0074opic":"u")")), ElementsAre("/topic"));
}

TEST(SendRequest, RefusesUnknownMembersAndNamesTheNearest) {
  const auto fault = [](const std::string& name) {
    return Faults(Send(R"("value":1,)" + name + ":1")).at(0);
  };
  EXPECT_EQ(fault("\"vlaue\""), R"(/vlaue: Unknown member "vlaue"; did you mean "value"?)");
  EXPECT_THAT(fault("\"Topic\""), HasSubstr("did you mean \"topic\"?"));
  EXPECT_THAT(fault("\"key_encoding\""), HasSubstr("did you mean \"keyEncoding\"?"));
  EXPECT_THAT(fault("\"time_stamp\""), HasSubstr("did you mean \"timestamp\"?"));
  EXPECT_THAT(fault("\"header\""), HasSubstr("did you mean \"headers\"?"));
  EXPECT_THAT(fault("\"offset\""), HasSubstr("known names are topic, key, value, keyEncoding, "));
  EXPECT_THAT(fault("\"\""), HasSubstr("/: Unknown member \"\"; known names are "));
  EXPECT_THAT(fault(R"("a/b~c\n")"), HasSubstr("/a~1b~0c\n: Unknown member \"a/b~c\n\""));
}

TEST(SendRequest, DoesNotRepeatLongNames) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "\xC3\xA4";
  const auto result = Send(R"("value":1,")" + name + "\":1");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().errors.at(0).pointer, "");
  EXPECT_THAT(result.error().errors.at(0).detail, HasSubstr("\xC3\xA4...\""));
  EXPECT_LT(result.error().errors.at(0).detail.size(), 300U);
}

TEST(SendRequest, RefusesABodyThatIsNoObject) {
  for (const std::string body : {"1", "null", "\"x\"", "true"}) {
    EXPECT_THAT(Pointers(ParseSend(body)), ElementsAre(""));
  }
  EXPECT_THAT(Faults(ParseSend("[]")), ElementsAre(HasSubstr("/send/batch")));
}

TEST(SendRequest, RepeatsASingleErrorInTheDetail) {
  const auto result = Send(R"("value":1,"partition":-1.5)");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().type, ProblemType::kInvalidRecord);
  EXPECT_EQ(result.error().detail, result.error().errors.at(0).detail);
  EXPECT_EQ(result.error().persistence, Persistence::kNotPersisted);
}

}  // namespace
}  // namespace gateway
