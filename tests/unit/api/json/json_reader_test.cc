#include "api/json/json_reader.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "api/json/utf8.h"

namespace gateway {
namespace {

using std::string_literals::operator""s;

// True if `text` is exactly one JSON value; otherwise `offset` is the place of the error.
bool Accepts(const std::string& text, std::size_t* offset = nullptr) {
  const std::size_t not_utf8 = FindInvalidUtf8(text);
  if (not_utf8 != std::string::npos) {
    if (offset != nullptr) *offset = not_utf8;
    return false;
  }
  JsonReader reader(text);
  JsonSlice value;
  if (reader.ReadValue(&value) && reader.ReadEnd()) return true;
  EXPECT_FALSE(reader.fault().empty()) << text;
  if (offset != nullptr) *offset = reader.fault_offset();
  return false;
}

TEST(JsonReader, AcceptsWhatRfc8259Accepts) {
  const std::vector<std::string> texts = {"0",
                                          "-0",
                                          "-0.0",
                                          "1e400",
                                          "-1E+400",
                                          "1e-400",
                                          "123456789012345678901234567890",
                                          "0.1e1",
                                          "0e0",
                                          "0E-0",
                                          "1.5",
                                          "10",
                                          "true",
                                          "false",
                                          "null",
                                          R"("")",
                                          R"("a")",
                                          "\"\x7F\"",
                                          "\"\xC3\xA4\"",
                                          "\"\xE2\x82\xAC\"",
                                          "\"\xF0\x9F\x98\x80\"",
                                          R"("\u0000")",
                                          R"("\uD83D\ude00")",
                                          R"("\"\\\/\b\f\n\r\t\u00aF")",
                                          "[]",
                                          "{}",
                                          " [ 1 , 2 ] ",
                                          "\t\r\n{\"a\"\n:\t[ ] }",
                                          R"({"a":{"b":[{},[],[[]],{"c":null}]},"":0})",
                                          R"({"a":1,"a":2})",
                                          "[[],{},[{}],0]",
                                          "\"12345678\"",
                                          "\"1234567\\n90123456789\"",
                                          "\"\xF4\x8F\xBF\xBF\xEF\xBF\xBF\""};
  for (const std::string& text : texts) {
    EXPECT_TRUE(Accepts(text)) << text;
    // Checks the list itself; nlohmann rejects numbers that a double cannot hold.
    EXPECT_TRUE(nlohmann::json::accept(text) || text.find("400") != std::string::npos) << text;
  }
}

struct Refused {
  std::string text;
  std::size_t offset;
};

TEST(JsonReader, RefusesEverythingElseAndSaysWhere) {
  const std::vector<Refused> cases = {// Numbers.
                                      {"01", 1},
                                      {"-01", 2},
                                      {"1.", 2},
                                      {"+1", 0},
                                      {".5", 0},
                                      {"NaN", 0},
                                      {"Infinity", 0},
                                      {"-Infinity", 1},
                                      {"1e", 2},
                                      {"1e+", 3},
                                      {"1.e5", 2},
                                      {"0x10", 1},
                                      {"-", 1},
                                      {"--1", 1},
                                      {"1_000", 1},
                                      {"[1.]", 3},
                                      {"[-a]", 2},
                                      {"00", 1},
                                      {"1.5.5", 3},
                                      {"1e5.5", 3},
                                      // Literals.
                                      {"nul", 0},
                                      {"nulll", 4},
                                      {"True", 0},
                                      {"tru", 0},
                                      {"[truefalse]", 5},
                                      {"undefined", 0},
                                      // Strings.
                                      {"\"a", 2},
                                      {"\"", 1},
                                      {"\"a\nb\"", 2},
                                      {"\"\t\"", 1},
                                      {"\"\x1F\"", 1},
                                      {"\"a\0b\""s, 2},
                                      {R"("\x41")", 1},
                                      {R"("\u12")", 1},
                                      {R"("\u12G4")", 1},
                                      {R"("\)", 2},
                                      {R"("\u")", 1},
                                      {"'a'", 0},
                                      {R"("\")", 3},
                                      {R"("abcdefgh\q")", 9},
                                      {R"("\u{41}")", 1},
                                      {R"("\U0041")", 1},
                                      // After half a surrogate pair, which is allowed.
                                      {R"("\ud800\u")", 7},
                                      {R"("\ud800\udc0")", 7},
                                      {R"("\ud800\x")", 7},
                                      {R"("\ud800)", 7},
                                      // UTF-8: overlong, truncated, surrogates, too large, stray.
                                      {"\"\xC0\x80\"", 1},
                                      {"\"\xC1\xBF\"", 1},
                                      {"\"\xE0\x80\x80\"", 1},
                                      {"\"\xE0\x9F\xBF\"", 1},
                                      {"\"\xF0\x80\x80\x80\"", 1},
                                      {"\"\xC3\"", 1},
                                      {"\"\xE2\x82\"", 1},
                                      {"\"\xF0\x9F\x98\"", 1},
                                      {"\"\xED\xA0\x80\"", 1},
                                      {"\"\xF4\x90\x80\x80\"", 1},
                                      {"\"\x80\"", 1},
                                      {"\"\xFF\"", 1},
                                      {"\"abc\xE2\x82", 4},
                                      {"[\"\xC3\xA4\xFE\"]", 4},
                                      // Arrays and objects.
                                      {"[1,]", 3},
                                      {"[,1]", 1},
                                      {"[1 2]", 3},
                                      {"[1", 2},
                                      {"[", 1},
                                      {"[1,", 3},
                                      {"]", 0},
                                      {"[1}", 2},
                                      {R"({"a":1,})", 7},
                                      {R"({,"a":1})", 1},
                                      {R"({"a" 1})", 5},
                                      {R"({"a":})", 5},
                                      {R"({"a"})", 4},
                                      {R"({a:1})", 1},
                                      {R"({1:1})", 1},
                                      {R"({"a":1 "b":2})", 7},
                                      {R"({"a":1)", 6},
                                      {"{", 1},
                                      {R"({"a":1])", 6},
                                      {R"({"a")", 4},
                                      {R"({"a":)", 5},
                                      {R"([{"a":1,2}])", 8},
                                      {"[[1,2}]", 5},
                                      {R"({"a":[}])", 6},
                                      {"{]", 1},
                                      {"[}", 1},
                                      {R"({"a":{]})", 6},
                                      // Around it.
                                      {"", 0},
                                      {" ", 1},
                                      {"{}\0x"s, 2},
                                      {"{}\0"s, 2},
                                      {"\0"s, 0},
                                      {"1 2", 2},
                                      {"{}{}", 2},
                                      {"{} x", 3},
                                      {"[]]", 2},
                                      {"// c\n{}", 0},
                                      {"{}/* c */", 2},
                                      {"[1 /*c*/]", 3},
                                      {"# c", 0},
                                      {"\xC2\xA0{}", 0},
                                      {"\v[]", 0},
                                      {"\f[]", 0},
                                      {"[\x01]", 1}};
  for (const Refused& refused : cases) {
    std::size_t offset = 9'999;
    EXPECT_FALSE(Accepts(refused.text, &offset)) << refused.text;
    EXPECT_EQ(offset, refused.offset) << refused.text;
  }
}

TEST(JsonReader, FindsSpecialBytesWhereverTheyStandInALongString) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, 'x');
      for (const char special : {'\x01', '\x1F', '\0'}) {
        text[at] = special;
        std::size_t offset = 9'999;
        EXPECT_FALSE(Accepts("\"" + text + "\"", &offset));
        EXPECT_EQ(offset, at + 1);
      }
      for (const char plain : {' ', '!', '#', '[', ']', '\x7F'}) {
        text[at] = plain;
        EXPECT_TRUE(Accepts("\"" + text + "\""));
      }
      text[at] = '"';
      std::size_t offset = 9'999;
      EXPECT_FALSE(Accepts("\"" + text + "\"", &offset));
      EXPECT_EQ(offset, at + 2);
    }
  }
}

TEST(JsonReader, AcceptsAThousandLevelsAndRefusesOneMore) {
  const auto arrays = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  const auto objects = [](std::size_t depth) {
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += i % 3 == 0 ? "[" : "{\"a\":";
    text += "0";
    for (std::size_t i = depth; i-- > 0;) text += i % 3 == 0 ? "]" : "}";
    return text;
  };
  EXPECT_TRUE(Accepts(arrays(kMaxValueDepth)));
  EXPECT_TRUE(Accepts(objects(kMaxValueDepth)));
  std::size_t offset = 0;
  EXPECT_FALSE(Accepts(arrays(kMaxValueDepth + 1), &offset));
  EXPECT_EQ(offset, kMaxValueDepth);
  EXPECT_FALSE(Accepts(objects(kMaxValueDepth + 1)));
  EXPECT_FALSE(Accepts(std::string(5'000'000, '[')));
}

TEST(JsonReader, KeepsArraysAndObjectsApartAtEveryDepth) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += i % 2 == 0 ? "[" : "{\"a\":";
  std::string good = text + "1";
  for (int i = 200; i-- > 0;) good += i % 2 == 0 ? "]" : "}";
  EXPECT_TRUE(Accepts(good));
  for (std::size_t i = 0; i < 200; ++i) {
    std::string bad = good;
    char& bracket = bad[bad.size() - 1 - i];
    bracket = bracket == ']' ? '}' : ']';
    std::size_t offset = 0;
    EXPECT_FALSE(Accepts(bad, &offset));
    EXPECT_EQ(offset, bad.size() - 1 - i);
  }
}

TEST(JsonReader, RecognizesAStringWithHalfASurrogatePair) {
  const std::vector<std::pair<std::string, std::string>> halves = {
      {R"("\ud800")", "\xEF\xBF\xBD"},
      {R"("\udc00")", "\xEF\xBF\xBD"},
      {R"("\ud800\ud800")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"("\ud800x")", "\xEF\xBF\xBDx"},
      {R"("\ud800\n")", "\xEF\xBF\xBD\n"},
      {R"("\ud800\u0041")",
       "\xEF\xBF\xBD"
       "A"},
      {R"("\ude00\ud83d")", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80"}};
  for (const auto& [text, replaced] : halves) {
    JsonReader reader(text);
    JsonSlice value;
    ASSERT_TRUE(reader.ReadValue(&value) && reader.ReadEnd()) << text;
    EXPECT_TRUE(value.half_pair) << text;
    EXPECT_EQ(UnescapeJson(value), replaced) << text;
    for (const std::string& around : {"[" + text + "]", "{" + text + ":" + text + "}",
                                      "[{\"a\":[" + text + "]},\"\\ud83d\"]"}) {
      EXPECT_TRUE(Accepts(around)) << around;
    }
    JsonReader pair(R"("\ud83d\ude00")");
    ASSERT_TRUE(pair.ReadValue(&value));
    EXPECT_FALSE(value.half_pair);
  }
}

TEST(JsonReader, HandsOutTheValueWithoutTheSpaceAroundIt) {
  const std::string text = " \n{ \"b\" : 1 , \"a\":2 }\t ";
  JsonReader reader(text);
  JsonSlice value;
  ASSERT_TRUE(reader.ReadValue(&value));
  EXPECT_EQ(value.text, "{ \"b\" : 1 , \"a\":2 }");
  EXPECT_EQ(value.kind, JsonKind::kObject);
  EXPECT_TRUE(reader.ReadEnd());
}

TEST(UnescapeJson, SaysTheBytesThatTheStringSays) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"("a\u0000b")", "a\0b"s},
      {R"("\u0041\u00e4\u20AC")", "A\xC3\xA4\xE2\x82\xAC"},
      {R"("x\ud83d\ude00y")", "x\xF0\x9F\x98\x80y"},
      {R"("\ud800\udc00\udbff\udfff\uffff\u07ff\u0800\u007f\u0080")",
       "\xF0\x90\x80\x80\xF4\x8F\xBF\xBF\xEF\xBF\xBF\xDF\xBF\xE0\xA0\x80\x7F\xC2\x80"},
      {R"("\\u0041")", "\\u0041"},
  };
  for (const auto& [text, bytes] : cases) {
    JsonReader reader(text);
    JsonSlice value;
    ASSERT_TRUE(reader.ReadValue(&value)) << text;
    EXPECT_TRUE(value.escaped);
    EXPECT_EQ(UnescapeJson(value), bytes) << text;
  }
}

}  // namespace
}  // namespace gateway
