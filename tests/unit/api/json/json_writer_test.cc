#include "api/json/json_writer.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

namespace gateway {
namespace {

std::string Quoted(std::string_view text) {
  std::string out;
  AppendJsonString(text, &out);
  return out;
}

TEST(AppendJsonString, EscapesWhatJsonRequires) {
  EXPECT_EQ(Quoted(""), "\"\"");
  EXPECT_EQ(Quoted("plain"), "\"plain\"");
  EXPECT_EQ(Quoted("a\"b\\c/"), R"("a\"b\\c/")");
  EXPECT_EQ(Quoted("\n\r\t"), R"("\n\r\t")");
  EXPECT_EQ(Quoted(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
}

TEST(AppendJsonString, KeepsEveryByteOfValidUtf8) {
  for (const char* text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(Quoted(text), '"' + std::string(text) + '"');
  }
}

TEST(AppendJsonString, ReplacesWhatIsNotUtf8) {
  const std::string u = "\xEF\xBF\xBD";
  EXPECT_EQ(Quoted("a\x80z"), "\"a" + u + "z\"");                    // a continuation alone
  EXPECT_EQ(Quoted("\xC2"), '"' + u + '"');                          // cut off
  EXPECT_EQ(Quoted("\xE2\x82"), '"' + u + u + '"');                  // cut off
  EXPECT_EQ(Quoted("\xF0\x9F\x98"), '"' + u + u + u + '"');          // cut off
  EXPECT_EQ(Quoted("\xC2x"), '"' + u + "x\"");                       // followed by something else
  EXPECT_EQ(Quoted("\xC0\xAF"), '"' + u + u + '"');                  // overlong
  EXPECT_EQ(Quoted("\xE0\x9F\xBF"), '"' + u + u + u + '"');          // overlong
  EXPECT_EQ(Quoted("\xED\xA0\x80"), '"' + u + u + u + '"');          // a surrogate
  EXPECT_EQ(Quoted("\xF4\x90\x80\x80"), '"' + u + u + u + u + '"');  // over U+10FFFF
  EXPECT_EQ(Quoted("\xFF\xFE"), '"' + u + u + '"');
}

TEST(AppendJsonString, AnyThreeBytesComeOutAsValidJson) {
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; b += 3) {
      for (const unsigned c : {0x00U, 0x22U, 0x5CU, 0x7FU, 0x80U, 0xBFU, 0xC2U, 0xFFU}) {
        const char text[] = {static_cast<char>(a), static_cast<char>(b), static_cast<char>(c)};
        ASSERT_TRUE(nlohmann::json::accept(Quoted({text, 3}))) << a << ' ' << b << ' ' << c;
      }
    }
  }
}

TEST(AppendJsonInteger, WritesTheWholeRange) {
  const auto text = [](std::int64_t number) {
    std::string out;
    AppendJsonInteger(number, &out);
    return out;
  };
  EXPECT_EQ(text(0), "0");
  EXPECT_EQ(text(-1), "-1");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(text(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

}  // namespace
}  // namespace gateway
