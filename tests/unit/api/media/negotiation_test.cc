#include "api/media/negotiation.h"

#include <gtest/gtest.h>

#include <vector>

namespace gateway {
namespace {

http::RequestHead Head(std::string_view name, const std::vector<std::string_view>& values) {
  http::RequestHead head;
  for (const std::string_view value : values) head.fields.push_back({name, value});
  return head;
}

TEST(MediaTypeOf, IsTheTypeWithoutItsParameters) {
  EXPECT_EQ(MediaTypeOf(Head("content-type", {"text/plain ;charset=utf-8"})), "text/plain");
  EXPECT_EQ(MediaTypeOf(Head("content-type", {"text/plain"})), "text/plain");
  EXPECT_EQ(MediaTypeOf(Head("other", {"text/plain"})), "");
}

TEST(AcceptedNdjson, OnlyWhenTheClientNamesItAndPrefersItToJson) {
  const auto accepts = [](const std::vector<std::string_view>& values) {
    return !AcceptedNdjson(Head("accept", values)).empty();
  };
  EXPECT_TRUE(accepts({"application/x-ndjson"}));
  EXPECT_TRUE(accepts({"text/html, APPLICATION/X-NDJSON;q=0.5"}));
  EXPECT_TRUE(accepts({"application/json;q=0.5, application/x-ndjson;q=0.9"}));
  EXPECT_TRUE(accepts({"application/json;q=0.5", "application/x-ndjson"}))
      << "two fields are one list";
  EXPECT_TRUE(accepts({"application/x-ndjson, */*"}));
  EXPECT_TRUE(accepts({"application/x-ndjson;q=0.2, application/json;q=0, */*"}));
  EXPECT_TRUE(accepts({R"(text/plain;a=",";q=1, application/x-ndjson)"}));
  EXPECT_FALSE(accepts({}));
  EXPECT_FALSE(accepts({"*/*"}));
  EXPECT_FALSE(accepts({"application/*"}));
  EXPECT_FALSE(accepts({"application/x-ndjson;q=0"}));
  EXPECT_FALSE(accepts({"application/x-ndjson;q=0.5, application/json"}));
  EXPECT_FALSE(accepts({"application/x-ndjson, application/json, application/problem+json"}))
      << "a generated client lists all there is and reads JSON";
  EXPECT_FALSE(accepts({"application/x-ndjson; q=0.899, */*; q=0.9"}));
  EXPECT_FALSE(accepts({R"(text/plain;a=", application/x-ndjson")"}));
}

TEST(AcceptedNdjson, IsTheNameThatTheClientLikesBest) {
  const auto accepted = [](std::string_view value) {
    return AcceptedNdjson(Head("accept", {value}));
  };
  EXPECT_EQ(accepted("Application/JsonL"), "application/jsonl");
  EXPECT_EQ(accepted("application/jsonl;q=0.1, application/x-jsonlines;q=0.2, application/ndjson;"
                     "q=0.2"),
            "application/x-jsonlines");
  EXPECT_EQ(accepted("application/json, application/jsonl;q=0.9"), "");
}

TEST(CharsetOf, IsThatOfTheBody) {
  const auto charset = [](std::string_view type) {
    return CharsetOf(Head("content-type", {type}));
  };
  EXPECT_EQ(charset("text/plain; Charset=\"utf-8\""), "utf-8");
  EXPECT_EQ(charset("text/plain;a=\";charset=x\";charset = b "), "b");
  EXPECT_EQ(charset("charset=a"), std::nullopt);
  EXPECT_EQ(charset("text/plain; acharset=a"), std::nullopt);
}

struct PreferCase {
  std::vector<std::string_view> values;
  bool respond_async;
  bool return_minimal;
};

TEST(PreferencesOf, ReadsThoseItKnows) {
  for (const PreferCase& one : std::vector<PreferCase>{
           {{}, false, false},
           {{"respond-async"}, true, false},
           {{"Respond-Async, Return=Minimal"}, true, true},
           {{"respond-async", "return=minimal"}, true, true},
           {{"return=\"minimal\""}, false, true},
           {{"return = minimal"}, false, true},
           {{"return=minimal; foo=\"a,b\", respond-async; x"}, true, true},
           {{"respond-async="}, true, false},
           {{"respond-async=\"\", wait=10"}, true, false},
           {{"wait=100, handling=lenient, x=\"respond-async, return=minimal\""}, false, false},
           {{R"(x="\"", return=minimal)"}, false, true},
           {{"return=representation, return=minimal"}, false, false},
           {{"return=minimal, return=representation"}, false, true},
           {{"return"}, false, false},
           {{"respond-async=yes"}, false, false},
           {{",, ,"}, false, false},
           {{"=,;;,\"return=minimal"}, false, false},
       }) {
    const Preferences preferences = PreferencesOf(Head("prefer", one.values));
    const std::string_view first = one.values.empty() ? "" : one.values[0];
    EXPECT_EQ(preferences.respond_async, one.respond_async) << first;
    EXPECT_EQ(preferences.return_minimal, one.return_minimal) << first;
  }
}

}  // namespace
}  // namespace gateway
