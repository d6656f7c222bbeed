#include "api/pages/pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/pages/html.h"

namespace gateway {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

ProblemInfo HostileProblem() {
  return {ProblemType::kInternal, "a\"b",   "<code>", 500, "<script>alert('t')</script>", true, 7,
          "a < b && c > \"d\"",   "do 'it'"};
}

TEST(AppendHtmlText, LeavesNoCharacterThatEndsTextOrAnAttribute) {
  std::string out = "x";
  AppendHtmlText("<a href=\"b\" id='c'>&amp;", &out);
  EXPECT_EQ(out, "x&lt;a href=&quot;b&quot; id=&#39;c&#39;&gt;&amp;amp;");
}

TEST(AppendHtmlText, KeepsTextOfOtherLanguages) {
  std::string out;
  AppendHtmlText("Größe 日本", &out);
  EXPECT_EQ(out, "Größe 日本");
}

TEST(LandingPage, LinksEverythingThereIs) {
  const std::string page = LandingPage("1.2.3", false);
  for (const char* link : {"swagger/", "openapi.json", "health", "health/live", "health/ready",
                           "metrics", "problems/"}) {
    EXPECT_THAT(page, HasSubstr(std::string("href=\"") + link + "\""));
  }
}

TEST(LandingPage, EscapesTheVersion) {
  EXPECT_THAT(LandingPage("1.0<b>", false),
              AllOf(HasSubstr("1.0&lt;b&gt;"), Not(HasSubstr("1.0<b>"))));
}

TEST(LandingPage, SaysThatTheEmbeddedBrokerKeepsNothingOnlyWhenItIsUsed) {
  EXPECT_THAT(LandingPage("1", true), HasSubstr("keeps nothing"));
  EXPECT_THAT(LandingPage("1", false), Not(HasSubstr("keeps nothing")));
}

TEST(ProblemPage, EscapesWhatTheTableSays) {
  const std::string page = ProblemPage(HostileProblem());
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<code>")));
  EXPECT_THAT(page, HasSubstr("<h1>&lt;script&gt;alert(&#39;t&#39;)&lt;/script&gt;</h1>"));
  EXPECT_THAT(page, HasSubstr("a &lt; b &amp;&amp; c &gt; &quot;d&quot;"));
  EXPECT_THAT(page, HasSubstr("do &#39;it&#39;"));
}

TEST(ProblemPage, SaysWhatTheAnswerCarries) {
  const std::string page = ProblemPage(InfoOf(ProblemType::kOverloaded));
  EXPECT_THAT(page, AllOf(HasSubstr("<td>503</td>"), HasSubstr("<td>Overloaded</td>"),
                          HasSubstr("<td>/problems/overloaded</td>"), HasSubstr("<td>true:"),
                          HasSubstr("<td>1 s</td>")));
}

TEST(ProblemPage, LeavesRetryAfterOutWhereTheAnswerHasNone) {
  EXPECT_THAT(ProblemPage(InfoOf(ProblemType::kInvalidJson)), Not(HasSubstr("Retry-After")));
}

TEST(ProblemIndexPage, LinksThePageOfEveryProblem) {
  const std::string page = ProblemIndexPage();
  for (const ProblemInfo& info : AllProblems()) {
    EXPECT_THAT(page, HasSubstr("href=\"" + std::string(info.name) + "\""));
  }
}

TEST(ProblemIndexPage, ListsLowerStatusesFirst) {
  const std::string page = ProblemIndexPage();
  EXPECT_LT(page.find("record-rejected"), page.find("topic-forbidden"));
  EXPECT_LT(page.find("topic-not-found"), page.find("\"internal\""));
}

TEST(Pages, LinkTheLandingPageAndEachOtherBehindAnyPrefix) {
  const std::string problem = ProblemPage(InfoOf(ProblemType::kInternal));
  EXPECT_THAT(LandingPage("1", true), HasSubstr("<header><a href=\"./\">"));
  EXPECT_THAT(ProblemIndexPage(), HasSubstr("<header><a href=\"../\">"));
  EXPECT_THAT(problem,
              AllOf(HasSubstr("<header><a href=\"../\">"), HasSubstr("<a href=\"./\">All")));
  for (const std::string& page : {LandingPage("1", true), problem, ProblemIndexPage()}) {
    EXPECT_THAT(page, Not(HasSubstr("href=\"/")));
  }
}

TEST(Pages, AreWholeDocumentsWithALanguageATitleAndNoScript) {
  for (const std::string& page :
       {LandingPage("1", true), ProblemPage(InfoOf(ProblemType::kInternal)), ProblemIndexPage()}) {
    EXPECT_THAT(page, StartsWith("<!DOCTYPE html>\n<html lang=\"en\">"));
    EXPECT_THAT(page, AllOf(HasSubstr("<title>"), HasSubstr("<main>"), HasSubstr("</html>")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, Not(HasSubstr(" style=")));
  }
}

}  // namespace
}  // namespace gateway
