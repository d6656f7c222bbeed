#include "infra/tokens/json_token_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

using ::testing::ElementsAre;

std::optional<TokenObject> Parse(std::string_view text) { return JsonTokenParser().Parse(text); }

TEST(JsonTokenParser, ReadsTextsNumbersAndListsOfTexts) {
  const auto object = Parse(R"( {"text": "a\u00e4", "int": 7, "minus": -7, "real": 1.5e3,
      "list": ["a", "b"], "empty": [], "mixed": ["a", 1], "object": {"text": 1}, "null": null,
      "true": true} )");
  ASSERT_TRUE(object);
  EXPECT_EQ(*object->Text("text"), "a\xC3\xA4");
  EXPECT_EQ(*object->Number("int"), 7);
  EXPECT_EQ(*object->Number("minus"), -7);
  EXPECT_EQ(*object->Number("real"), 1'500);
  EXPECT_THAT(*object->Texts("list"), ElementsAre("a", "b"));
  EXPECT_THAT(*object->Texts("empty"), ElementsAre());
  for (const char* const other : {"mixed", "object", "null", "true", "absent"}) {
    EXPECT_EQ(object->Text(other), nullptr) << other;
    EXPECT_EQ(object->Number(other), nullptr) << other;
    EXPECT_EQ(object->Texts(other), nullptr) << other;
  }
  EXPECT_TRUE(object->Has("null"));
  EXPECT_FALSE(object->Has("absent"));
}

TEST(JsonTokenParser, TakesOneObjectAndNothingElse) {
  EXPECT_TRUE(Parse("{}"));
  for (const char* const text : {"", "[]", "\"a\"", "1", "null", "{", "{}{}", "{} x", "{'a': 1}",
                                 "{\"a\": 1,}", "{\"a\": 1e999}", "\xEF\xBB\xBF{}",
                                 "{\"a\": \"\xFF\"}", "{\"a\": \"\\ud800\"}", "// c\n{}"}) {
    EXPECT_FALSE(Parse(text)) << text;
  }
  EXPECT_FALSE(Parse(std::string_view("{}\0", 3)));
  EXPECT_FALSE(Parse(std::string_view("{}\0{}", 5)));
}

TEST(JsonTokenParser, RefusesMembersThatAppearTwice) {
  EXPECT_FALSE(Parse(R"({"alg": "RS256", "alg": "none"})"));
  EXPECT_FALSE(Parse(R"({"a": 1, "\u0061": 2})")) << "however it is written";
  EXPECT_FALSE(Parse(R"({"x": [{"y": {"a": 1, "a": 2}}]})"));
  EXPECT_TRUE(Parse(R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}], "A": 1})"));
}

TEST(JsonTokenParser, RefusesWhatIsTooDeep) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  EXPECT_TRUE(Parse(nested(8)));
  EXPECT_FALSE(Parse(nested(9)));
  EXPECT_FALSE(Parse(nested(3'000)));
  EXPECT_FALSE(Parse("{\"a\":" + std::string(3'000, '[')));
}

}  // namespace
}  // namespace gateway
