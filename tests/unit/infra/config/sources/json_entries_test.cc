#include "infra/config/sources/json_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "infra/config/text.h"

namespace gateway::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> Lines(const JsonEntries& parsed) {
  std::vector<std::string> lines;
  for (const ConfigProblem& problem : parsed.problems) lines.push_back(ToLine(problem));
  return lines;
}

std::vector<std::string> ProblemsOf(std::string_view text) {
  return Lines(ParseJsonEntries(text, {SourceKind::kFile, "file x"}));
}

std::vector<std::string> EntriesOf(std::string_view text) {
  std::vector<std::string> out;
  for (const RawEntry& entry : ParseJsonEntries(text, {}).entries) {
    out.push_back(Join(entry.path, ":") + "=" + entry.value.text);
  }
  return out;
}

TEST(JsonEntries, ObjectsBecomePathsAndNumbersKeepTheirSpelling) {
  EXPECT_THAT(EntriesOf(R"({"A":{"B":1,"C":{"D":"x","E":0.50}},"F":-3,"G":true})"),
              ElementsAre("A:B=1", "A:C:D=x", "A:C:E=0.50", "F=-3", "G=true"));
}

TEST(JsonEntries, AnArrayIsOneValue) {
  const JsonEntries parsed = ParseJsonEntries(R"({"A":{"B":["x",1,["y"],{"z":{"q":1}}]}})", {});
  ASSERT_EQ(parsed.entries.size(), 1U);
  const RawValue& array = parsed.entries[0].value;
  ASSERT_EQ(array.kind, RawValue::Kind::kArray);
  ASSERT_EQ(array.items.size(), 4U);
  EXPECT_EQ(array.items[0].text, "x");
  EXPECT_EQ(array.items[1].kind, RawValue::Kind::kNumber);
  EXPECT_EQ(array.items[2].kind, RawValue::Kind::kArray);
  EXPECT_EQ(array.items[3].kind, RawValue::Kind::kObject);
}

TEST(JsonEntries, TheSchemaOfTheRootIsForEditors) {
  EXPECT_THAT(EntriesOf(R"({"$schema":"./x.json","A":{"$schema":"y"}})"),
              ElementsAre("A:$schema=y"));
}

TEST(JsonEntries, AKeyTwiceInAnObjectIsAProblemWhateverItsCase) {
  EXPECT_THAT(ProblemsOf(R"({"A":{"B":1,"B":2}})"), ElementsAre("file x: A:B: appears twice"));
  EXPECT_THAT(ProblemsOf(R"({"A":{"B":1,"b":2},"a":{}})"),
              ElementsAre("file x: A:b: appears twice, the first time as \"B\"",
                          "file x: a: appears twice, the first time as \"A\""));
  EXPECT_THAT(ProblemsOf(R"({"A":{"B":1},"C":{"B":1}})"), IsEmpty());
}

TEST(JsonEntries, AColonInANameIsAProblem) {
  EXPECT_THAT(ProblemsOf(R"({"A:B":1})"), ElementsAre(HasSubstr("must not contain ':'")));
}

TEST(JsonEntries, SyntaxErrorsAreReportedWithLineAndColumn) {
  EXPECT_THAT(ProblemsOf("{\n  // why\n}"),
              ElementsAre("file x: is not JSON: line 2, column 3: comments are not allowed"));
  EXPECT_THAT(ProblemsOf("{\"A\":1,\n}"),
              ElementsAre("file x: is not JSON: line 2, column 1: there is a comma before "
                          "a closing bracket"));
  EXPECT_THAT(ProblemsOf("{\"A\":"),
              ElementsAre("file x: is not JSON: line 1, column 6: it is incomplete"));
  EXPECT_THAT(ProblemsOf(""),
              ElementsAre("file x: is not JSON: line 1, column 1: it is incomplete"));
  EXPECT_THAT(ProblemsOf("{'A':1}"),
              ElementsAre("file x: is not JSON: line 1, column 2: strings need double quotes"));
  EXPECT_THAT(ProblemsOf("{} {}"), ElementsAre(HasSubstr("line 1, column 4")));
  EXPECT_THAT(ProblemsOf("{\"A\":1e400}"), ElementsAre(HasSubstr("a number is too large")));
  EXPECT_THAT(ProblemsOf("{\"A\":\"\xff\"}"), ElementsAre(HasSubstr("not UTF-8")));
}

TEST(JsonEntries, AZeroByteDoesNotHideWhatFollows) {
  EXPECT_THAT(ProblemsOf(std::string_view("{}\0x", 4)),
              ElementsAre("file x: is not JSON: line 1, column 3: a zero byte"));
}

TEST(JsonEntries, ABrokenFileGivesNoEntries) {
  const JsonEntries parsed = ParseJsonEntries(R"({"A":1,"B")", {});
  EXPECT_THAT(parsed.entries, IsEmpty());
  EXPECT_FALSE(parsed.readable);
}

TEST(JsonEntries, TheRootMustBeAnObject) {
  EXPECT_THAT(ProblemsOf("5"), ElementsAre("file x: must be a JSON object"));
  EXPECT_THAT(ProblemsOf("[{\"A\":1}]"), ElementsAre("file x: must be a JSON object"));
}

TEST(JsonEntries, DepthIsLimited) {
  EXPECT_THAT(ProblemsOf("{\"A\":" + std::string(100'000, '[')),
              ElementsAre("file x: A: is nested too deep"));
}

TEST(JsonEntries, AByteOrderMarkIsSkipped) {
  EXPECT_THAT(EntriesOf("\xEF\xBB\xBF{\"A\":1}"), ElementsAre("A=1"));
}

TEST(JsonEntries, AFileThatCannotBeReadSaysWhy) {
  EXPECT_THAT(Lines(ReadJsonEntries("/nonexistent/x.json", SourceKind::kFile)),
              ElementsAre("file /nonexistent/x.json: cannot be read: No such file or directory"));
  EXPECT_THAT(Lines(ReadJsonEntries("/", SourceKind::kFile)),
              ElementsAre("file /: cannot be read: Is a directory"));
}

}  // namespace
}  // namespace gateway::config
