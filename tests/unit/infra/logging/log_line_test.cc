#include "infra/logging/log_line.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace gateway {
namespace {

constexpr TimestampMs kTime = 1'709'210'096'789;  // 2024-02-29T12:34:56.789Z

std::string Json(std::string_view message, std::initializer_list<LogField> fields = {},
                 TimestampMs time = kTime) {
  std::string out;
  AppendJsonLine({time, LogLevel::kInformation, "an-event", message, fields}, &out);
  return out;
}

std::string Text(std::string_view message, std::initializer_list<LogField> fields = {}) {
  std::string out;
  AppendTextLine({kTime, LogLevel::kInformation, "listening", message, fields}, &out);
  return out;
}

std::string MessageIn(const std::string& json) {
  return nlohmann::json::parse(json).at("message").get<std::string>();
}

TEST(JsonLine, HasTheStandardFieldsFirstThenTheGivenOnesInTheirOrder) {
  EXPECT_EQ(Json("Hello.", {{"url", "http://127.0.0.1:80"},
                            {"count", std::int64_t{-7}},
                            {"ratio", 0.25},
                            {"ok", true}}),
            "{\"timestamp\":\"2024-02-29T12:34:56.789Z\",\"level\":\"information\","
            "\"event\":\"an-event\",\"message\":\"Hello.\",\"url\":\"http://127.0.0.1:80\","
            "\"count\":-7,\"ratio\":0.25,\"ok\":true}\n");
}

TEST(JsonLine, HasWhatEveryLineSaysBehindTheMessage) {
  const std::string constant = MakeConstantFields({{"service.name", "a\"b"}});
  std::string out;
  AppendJsonLine({kTime, LogLevel::kInformation, "e", "m", {{"a", true}}, constant}, &out);
  EXPECT_NE(out.find(R"("message":"m","service.name":"a\"b","a":true})"), std::string::npos) << out;
}

TEST(JsonLine, LeavesOutFieldsWithoutAValue) {
  const std::string line = Json("m", {{"a", std::monostate()}, {"b", true}});
  EXPECT_NE(line.find("\"message\":\"m\",\"b\":true}"), std::string::npos) << line;
  EXPECT_NE(Text("m", {{"a", std::monostate()}, {"b", true}}).find("m  b=true\n"),
            std::string::npos);
}

TEST(JsonLine, NamesEveryLevel) {
  const std::string_view names[] = {"trace",   "debug", "information",
                                    "warning", "error", "critical"};
  for (std::uint8_t i = 0; i < 6; ++i) {
    std::string out;
    AppendJsonLine({kTime, static_cast<LogLevel>(i), "e", "m", {}}, &out);
    EXPECT_EQ(nlohmann::json::parse(out).at("level"), names[i]);
  }
}

TEST(JsonLine, PadsEveryPartOfTheTimestamp) {
  EXPECT_NE(Json("m", {}, 0).find("\"1970-01-01T00:00:00.000Z\""), std::string::npos);
  EXPECT_NE(Json("m", {}, 4'102'444'799'001).find("\"2099-12-31T23:59:59.001Z\""),
            std::string::npos);
}

TEST(JsonLine, RoundTripsQuotesBackslashesAndControlCharacters) {
  std::string nasty = "a\"b\\c\r\n\t";
  for (char c = 0; c < 0x20; ++c) nasty.push_back(c);
  nasty += "\x7F";
  const std::string line = Json(nasty);
  EXPECT_EQ(MessageIn(line), nasty);
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

TEST(JsonLine, KeepsEveryWellFormedCodePoint) {
  const std::string text = "\u00e9 \u20ac \u07ff \u0800 \ud7ff \uffff \U00010000 \U0010ffff";
  EXPECT_EQ(MessageIn(Json(text)), text);
}

TEST(JsonLine, ReplacesBytesThatAreNoUtf8) {
  const std::string bad = "\uFFFD";
  EXPECT_EQ(MessageIn(Json("a\xFFz")), "a" + bad + "z");
  EXPECT_EQ(MessageIn(Json("\xC0\xAF")), bad + bad);                      // overlong
  EXPECT_EQ(MessageIn(Json("\xE0\x80\xAF")), bad + bad + bad);            // overlong
  EXPECT_EQ(MessageIn(Json("\xF0\x80\x80\xAF")), bad + bad + bad + bad);  // overlong
  EXPECT_EQ(MessageIn(Json("\xED\xA0\x80")), bad + bad + bad);            // a surrogate
  EXPECT_EQ(MessageIn(Json("\xF4\x90\x80\x80")), bad + bad + bad + bad);  // over U+10FFFF
  EXPECT_EQ(MessageIn(Json("\xF5z")), bad + "z");
  EXPECT_EQ(MessageIn(Json("z\xE2\x82")), "z" + bad + bad);  // cut off
  EXPECT_EQ(MessageIn(Json("\xE2\"")), bad + "\"");          // does not swallow what follows
}

TEST(JsonLine, EscapesNamesAndEventsToo) {
  std::string out;
  AppendJsonLine({kTime, LogLevel::kError, "e\"\n", "m", {{"n\"\xFF", "v"}}}, &out);
  const nlohmann::json line = nlohmann::json::parse(out);
  EXPECT_EQ(line.at("event"), "e\"\n");
  EXPECT_EQ(line.at("n\"\uFFFD"), "v");
}

TEST(JsonLine, NumbersThatJsonLacksAreNull) {
  const nlohmann::json line =
      nlohmann::json::parse(Json("m", {{"a", std::numeric_limits<double>::quiet_NaN()},
                                       {"b", -std::numeric_limits<double>::infinity()},
                                       {"c", std::numeric_limits<double>::max()},
                                       {"d", std::numeric_limits<std::int64_t>::min()}}));
  EXPECT_TRUE(line.at("a").is_null());
  EXPECT_TRUE(line.at("b").is_null());
  EXPECT_EQ(line.at("c"), std::numeric_limits<double>::max());
  EXPECT_EQ(line.at("d"), std::numeric_limits<std::int64_t>::min());
}

TEST(TextLine, ReadsLikeASentenceWithItsFieldsBehind) {
  EXPECT_EQ(
      Text("Serving requests.", {{"url", "http://127.0.0.1:80"}, {"threads", std::int64_t{2}}}),
      "12:34:56.789 INFO  listening  Serving requests.  url=http://127.0.0.1:80 threads=2\n");
  EXPECT_EQ(Text("Alone."), "12:34:56.789 INFO  listening  Alone.\n");
}

TEST(TextLine, QuotesValuesThatWouldBlurWithTheirNeighbours) {
  EXPECT_EQ(Text("m", {{"a", ""}, {"b", "x y"}, {"c", "x=y"}, {"d", "\"\\"}, {"e", "\u00e9"}}),
            "12:34:56.789 INFO  listening  m  a=\"\" b=\"x y\" c=\"x=y\" d=\"\\\"\\\\\" "
            "e=\"\u00e9\"\n");
}

TEST(TextLine, StaysOneLineWhateverIsInIt) {
  const std::string line =
      Text("m\r\n12:00:00.000 FAKE", {{"path", "/a\n/b"}, {"n\nm", "v"}, {"u", "\u0085\u2028"}});
  EXPECT_EQ(line,
            "12:34:56.789 INFO  listening  m\\r\\n12:00:00.000 FAKE  path=\"/a\\n/b\" n\\nm=v "
            "u=\"\\u0085\\u2028\"\n");
}

TEST(TextLine, DoesNotLetAValueDriveTheTerminal) {
  EXPECT_EQ(Text("\x1B[2J \u009b31m \u202e \x7F\xFF"),
            "12:34:56.789 INFO  listening  \\u001b[2J \\u009b31m \\u202e \\u007f\uFFFD\n");
}

}  // namespace
}  // namespace gateway
