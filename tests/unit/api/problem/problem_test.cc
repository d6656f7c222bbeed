#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "api/http/message.h"
#include "api/problem/problem_json.h"

namespace gateway {
namespace {

TEST(Problems, HaveOneRowEachInTheOrderOfTheEnum) {
  const auto rows = AllProblems();
  EXPECT_EQ(rows.size(), static_cast<std::size_t>(ProblemType::kInternal) + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(rows[i].type), i) << rows[i].name;
    EXPECT_EQ(&InfoOf(rows[i].type), &rows[i]);
  }
}

TEST(Problems, HaveNamesAndCodesOfTheirOwnAndSayWhatToDo) {
  std::set<std::string_view> names;
  std::set<std::string_view> codes;
  for (const ProblemInfo& info : AllProblems()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_TRUE(codes.insert(info.code).second) << info.code;
    EXPECT_EQ(info.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-"), std::string_view::npos);
    EXPECT_FALSE(info.title.empty());
    EXPECT_EQ(info.meaning.back(), '.') << info.name;
    EXPECT_EQ(info.action.back(), '.') << info.name;
    EXPECT_EQ(FindProblem(info.name), &info);
  }
  EXPECT_EQ(FindProblem("no-such-problem"), nullptr);
  EXPECT_EQ(FindProblem(""), nullptr);
}

// The code is the name in another spelling, so that a client that knows one finds the other.
TEST(Problems, SpellCodeAndNameAlike) {
  for (const ProblemInfo& info : AllProblems()) {
    std::string squeezed(info.name);
    squeezed.erase(std::remove(squeezed.begin(), squeezed.end(), '-'), squeezed.end());
    EXPECT_TRUE(http::EqualsIgnoreCase(squeezed, info.code)) << info.name;
  }
}

TEST(Problems, HaveAStatusWithAPhraseAndRetryAfterOnlyIfRetriable) {
  for (const ProblemInfo& info : AllProblems()) {
    EXPECT_GE(info.status, 400) << info.name;
    EXPECT_FALSE(http::ReasonPhrase(info.status).empty()) << info.name;
    EXPECT_EQ(info.retry_after_seconds > 0, info.status == 503 || info.status == 429) << info.name;
    if (info.retry_after_seconds > 0) {
      EXPECT_TRUE(info.retriable) << info.name;
    }
  }
}

TEST(Problems, EveryDomainErrorHasARowOfItsOwn) {
  std::set<ProblemType> types;
  const int last = static_cast<int>(ErrorCode::kInternal);
  for (int code = 0; code <= last; ++code) {
    types.insert(FromErrorCode(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(types.size(), static_cast<std::size_t>(last) + 1);
  EXPECT_EQ(FromErrorCode(ErrorCode::kInvalidRecord), ProblemType::kInvalidRecord);
  EXPECT_EQ(FromErrorCode(ErrorCode::kInternal), ProblemType::kInternal);
}

// The promise that allows a balancer to send a request again: a 503 is never the answer to a record
// that may be stored.
TEST(Problems, A503MeansThatNothingIsStored) {
  for (const ProblemInfo& info : AllProblems()) {
    EXPECT_FALSE(info.status == 503 && info.possibly_persisted) << info.name;
  }
  EXPECT_TRUE(InfoOf(ProblemType::kOutcomeUnknown).possibly_persisted) << "it stands in for others";
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    for (const Persistence persistence :
         {Persistence::kNotPersisted, Persistence::kPossiblyPersisted}) {
      Error error;
      error.code = static_cast<ErrorCode>(code);
      error.persistence = persistence;
      const ProblemInfo& info = InfoOf(Problem::FromError(error).type);
      EXPECT_TRUE(info.status != 503 || persistence == Persistence::kNotPersisted) << info.name;
      EXPECT_TRUE(persistence != Persistence::kNotPersisted ||
                  info.type == FromErrorCode(error.code))
          << "of what is not stored each code says its own";
    }
  }
}

nlohmann::json Document(const Problem& problem, std::string_view instance = "",
                        std::string_view request_id = "") {
  std::string out;
  AppendProblemJson(problem, instance, request_id, &out);
  return nlohmann::json::parse(out);
}

TEST(ProblemJson, HasEveryMemberOfTheContract) {
  Error error;
  error.code = ErrorCode::kTopicNotFound;
  error.detail = "No \"topic\".";
  error.errors = {{"/topic", "gone"}};
  error.truncated = true;
  const auto json = Document(Problem::FromError(error), "/api/kafka/send", "id-1");
  EXPECT_EQ(json["type"], "/problems/topic-not-found");
  EXPECT_EQ(json["title"], "The topic does not exist");
  EXPECT_EQ(json["status"], 404);
  EXPECT_EQ(json["detail"], "No \"topic\".");
  EXPECT_EQ(json["instance"], "/api/kafka/send");
  EXPECT_EQ(json["code"], "TopicNotFound");
  EXPECT_EQ(json["retriable"], false);
  EXPECT_EQ(json["persistence"], "NotPersisted");
  EXPECT_EQ(json["requestId"], "id-1");
  EXPECT_EQ(json["errors"][0]["pointer"], "/topic");
  EXPECT_EQ(json["errors"][0]["detail"], "gone");
  EXPECT_EQ(json["truncated"], true);
}

TEST(ProblemJson, LeavesOutWhatThereIsNot) {
  const auto json = Document(Problem());
  EXPECT_EQ(json.count("instance") + json.count("requestId") + json.count("errors"), 0U);
  EXPECT_EQ(json.count("truncated"), 0U);
  EXPECT_FALSE(json["detail"].get<std::string>().empty()) << "the row's meaning stands in";
}

TEST(ProblemJson, NamesEachPersistence) {
  EXPECT_EQ(PersistenceName(Persistence::kNotPersisted), "NotPersisted");
  EXPECT_EQ(PersistenceName(Persistence::kPossiblyPersisted), "PossiblyPersisted");
}

}  // namespace
}  // namespace gateway
