#include "api/native/produce_response.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "api/native/json_request_parser.h"
#include "api/native/native_request.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using nlohmann::json;

Error Failure(ErrorCode code, Persistence persistence = Persistence::kNotPersisted) {
  Error error;
  error.code = code;
  error.persistence = persistence;
  error.detail = "It failed.";
  return error;
}

const DeliveryReport kStored = testing::Stored(2, 1'234, 1'767'323'045'678);

// The answer to a batch that has one record for each outcome.
class BatchResponseTest : public ::testing::Test {
 protected:
  BatchResponse Respond(const std::vector<DeliveryReport>& outcomes,
                        const std::vector<std::string>& members = {}, const BatchForm& form = {}) {
    std::string body = "[";
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      body += i == 0 ? "{" : ",{";
      body += members.empty() ? R"("topic":"t")" : members.at(i);
      body += R"(,"value":1})";
    }
    auto parsed = ParseBatchRequest(body + "]", outcomes.size());
    std::shared_ptr<const ProduceOperation> answered;
    const auto batch = ProduceOperation::Create(
        std::move(parsed.value().batch), {}, clock_, metrics_,
        [&answered](const std::shared_ptr<ProduceOperation>& done) { answered = done; });
    testing::FakeProducer producer;
    EXPECT_FALSE(batch->Submit(producer).has_value());
    for (std::size_t i = 0; i < outcomes.size(); ++i) producer.sent.at(i)->Report(outcomes[i]);
    return FormatBatchResponse(*answered, form);
  }

  static std::vector<std::string> Lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  int StatusOf(const std::vector<DeliveryReport>& outcomes) { return Respond(outcomes).status; }

  // For each record, whether the answer marks a gap.
  std::vector<bool> Gaps(const std::vector<DeliveryReport>& outcomes,
                         const std::vector<std::string>& members) {
    std::vector<bool> gaps;
    const json body = json::parse(Respond(outcomes, members).body);
    for (const json& result : body.at("results")) {
      gaps.push_back(result.value("orderGap", false));
    }
    return gaps;
  }

  testing::FakeClock clock_;
  testing::FakeMetrics metrics_;
};

TEST(FormatSendResponse, SaysWhereTheRecordIs) {
  EXPECT_EQ(FormatSendResponse("orders", {2, 1'234, 1'767'323'045'678}),
            R"({"status":"Success","topic":"orders","partition":2,"offset":1234,)"
            R"("timestamp":"2026-01-02T03:04:05.678Z"})");
}

TEST(FormatSendResponse, SaysNullForAnUnknownOffset) {
  EXPECT_EQ(FormatSendResponse("o", {0, std::nullopt, 1}),
            R"({"status":"Success","topic":"o","partition":0,"offset":null,)"
            R"("timestamp":"1970-01-01T00:00:00.001Z"})");
}

TEST_F(BatchResponseTest, IsSuccessWhenAllAreStored) {
  const BatchResponse response = Respond({kStored, kStored});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            R"({"status":"Success","total":2,"succeeded":2,"failed":0,"results":[)"
            R"({"index":0,"status":"Success","topic":"t","partition":2,"offset":1234,)"
            R"("timestamp":"2026-01-02T03:04:05.678Z"},)"
            R"({"index":1,"status":"Success","topic":"t","partition":2,"offset":1234,)"
            R"("timestamp":"2026-01-02T03:04:05.678Z"}]})");
}

TEST_F(BatchResponseTest, IsPartialSuccessWhenSomeAreAndExplainsTheRest) {
  const BatchResponse response = Respond({Failure(ErrorCode::kTopicNotFound), kStored});
  EXPECT_EQ(response.status, 207);
  EXPECT_EQ(response.retry_after.seconds, 0);
  const json body = json::parse(response.body);
  EXPECT_EQ(body.at("status"), "PartialSuccess");
  EXPECT_EQ(body.at("total"), 2);
  EXPECT_EQ(body.at("succeeded"), 1);
  EXPECT_EQ(body.at("failed"), 1);
  const json& failed = body.at("results").at(0);
  EXPECT_EQ(failed.at("index"), 0);
  EXPECT_EQ(failed.at("status"), "Failed");
  EXPECT_EQ(failed.at("topic"), "t");
  EXPECT_EQ(failed.at("error").at("code"), "TopicNotFound");
  EXPECT_EQ(failed.at("error").at("status"), 404);
  EXPECT_EQ(failed.at("error").at("persistence"), "NotPersisted");
  EXPECT_EQ(failed.at("error").at("detail"), "It failed.");
  EXPECT_FALSE(failed.at("error").contains("requestId"));
  EXPECT_FALSE(failed.contains("orderGap"));
  EXPECT_EQ(body.at("results").at(1).at("status"), "Success");
}

TEST_F(BatchResponseTest, HasTheCommonStatusWhenNoneIsStored) {
  EXPECT_EQ(StatusOf({Failure(ErrorCode::kTopicNotFound)}), 404);
  EXPECT_EQ(StatusOf({Failure(ErrorCode::kTopicNotFound), Failure(ErrorCode::kPartitionNotFound)}),
            404);
  EXPECT_EQ(json::parse(Respond({Failure(ErrorCode::kTopicNotFound)}).body).at("status"), "Failed");
}

TEST_F(BatchResponseTest, HasTheWorstStatusWhenTheFailuresDiffer) {
  const Error missing = Failure(ErrorCode::kTopicNotFound);
  const Error forbidden = Failure(ErrorCode::kTopicNotAuthorized);
  const Error full = Failure(ErrorCode::kOverloaded);
  const Error unknown = Failure(ErrorCode::kOutcomeUnknown, Persistence::kPossiblyPersisted);
  EXPECT_EQ(StatusOf({missing, full, unknown}), 504);
  EXPECT_EQ(StatusOf({missing, full, forbidden}), 503);
  EXPECT_EQ(StatusOf({missing, forbidden}), 404);
  EXPECT_EQ(StatusOf({forbidden, missing}), 403);
}

// The promise that allows a balancer to send a batch again, for each pair of outcomes, and for each
// pair together with a third outcome that alone would be a 503.
TEST_F(BatchResponseTest, Is503OnlyWhenNothingOfItIsStored) {
  std::vector<DeliveryReport> outcomes = {kStored};
  for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
    for (const Persistence persistence :
         {Persistence::kNotPersisted, Persistence::kPossiblyPersisted}) {
      outcomes.push_back(Failure(static_cast<ErrorCode>(code), persistence));
    }
  }
  const auto not_stored = [](const DeliveryReport& outcome) {
    return !outcome.ok() && outcome.error().persistence == Persistence::kNotPersisted;
  };
  const DeliveryReport full = Failure(ErrorCode::kOverloaded);
  int refused = 0;
  for (const DeliveryReport& one : outcomes) {
    for (const DeliveryReport& other : outcomes) {
      for (const bool with_third : {false, true}) {
        std::vector<DeliveryReport> all = {one, other};
        if (with_third) all.push_back(full);
        const BatchResponse response = Respond(all);
        if (response.status != 503) continue;
        ++refused;
        EXPECT_TRUE(not_stored(one) && not_stored(other)) << response.body;
      }
    }
  }
  EXPECT_GT(refused, 100);
}

TEST_F(BatchResponseTest, SaysWhenToRetryWith503Only) {
  const Error full = Failure(ErrorCode::kOverloaded);
  const Error away = Failure(ErrorCode::kBrokersUnavailable);
  EXPECT_EQ(Respond({full, away}).retry_after.seconds, 2);
  EXPECT_EQ(Respond({full, kStored}).retry_after.seconds, 0);
  const Error withdrawn = Failure(ErrorCode::kDeliveryTimeout);
  const BatchResponse mixed = Respond({withdrawn, Failure(ErrorCode::kTopicNotFound)});
  EXPECT_EQ(mixed.status, 503);
  EXPECT_EQ(mixed.retry_after.seconds, 1) << "also if none of them alone is a 503";
}

TEST_F(BatchResponseTest, MarksAGapWhenALaterRecordOfTheKeyIsStored) {
  const std::string a = R"("topic":"t","key":"a")";
  const std::string b = R"("topic":"t","key":"b")";
  const Error failed = Failure(ErrorCode::kOverloaded);
  using Flags = std::vector<bool>;
  EXPECT_EQ(Gaps({failed, kStored}, {a, a}), (Flags{true, false}));
  EXPECT_EQ(Gaps({kStored, failed}, {a, a}), (Flags{false, false}));
  EXPECT_EQ(Gaps({failed, kStored}, {a, b}), (Flags{false, false}));
  EXPECT_EQ(Gaps({failed, failed, kStored, failed, kStored, failed}, {a, a, a, a, a, a}),
            (Flags{true, true, false, true, false, false}));
  EXPECT_EQ(Gaps({failed, failed, kStored, kStored}, {b, a, b, a}),
            (Flags{true, true, false, false}));
  EXPECT_EQ(Gaps({failed, failed, failed, kStored}, {b, a, b, a}),
            (Flags{false, true, false, false}));
}

TEST_F(BatchResponseTest, MarksNoGapAcrossTopicsOrWithoutAKey) {
  const Error failed = Failure(ErrorCode::kOverloaded);
  using Flags = std::vector<bool>;
  const std::string none = R"("topic":"t")";
  EXPECT_EQ(Gaps({failed, kStored}, {none, none}), (Flags{false, false}));
  EXPECT_EQ(Gaps({failed, kStored}, {R"("topic":"t","key":"k")", R"("topic":"u","key":"k")"}),
            (Flags{false, false}));
  const std::string empty = R"("topic":"t","key":"")";
  EXPECT_EQ(Gaps({failed, kStored}, {empty, none}), (Flags{false, false}));
  EXPECT_EQ(Gaps({failed, kStored}, {empty, empty}), (Flags{true, false}));
}

TEST_F(BatchResponseTest, MayBeLinesOfWhichTheLastSumsUp) {
  NativePlaces places;
  places.lines.emplace();
  places.lines->Add(0, 1);
  places.lines->Add(1, 4);
  const BatchResponse response =
      Respond({kStored, Failure(ErrorCode::kTopicNotFound)}, {}, {true, false, &places});
  EXPECT_EQ(response.status, 207);
  const std::vector<std::string> text = Lines(response.body);
  ASSERT_EQ(text.size(), 3U);
  EXPECT_EQ(text[0], R"({"index":0,"line":1,"status":"Success","topic":"t","partition":2,)"
                     R"("offset":1234,"timestamp":"2026-01-02T03:04:05.678Z"})");
  EXPECT_EQ(json::parse(text[1]).at("line"), 4);
  EXPECT_EQ(json::parse(text[1]).at("error").at("code"), "TopicNotFound");
  EXPECT_EQ(text[2], R"({"status":"PartialSuccess","total":2,"succeeded":1,"failed":1})");
}

TEST_F(BatchResponseTest, SummarizesThePartitionsForReturnMinimal) {
  const std::vector<DeliveryReport> outcomes = {
      testing::Stored(1, 7), testing::Stored(0, 3), Failure(ErrorCode::kOverloaded),
      testing::Stored(1, 8), RecordMetadata{3, std::nullopt, 1}};
  const BatchResponse response = Respond(outcomes, {}, {false, true, nullptr});
  EXPECT_EQ(response.status, 207);
  const json body = json::parse(response.body);
  EXPECT_EQ(body.at("succeeded"), 4);
  EXPECT_EQ(body.at("partitions").dump(),
            R"([{"count":1,"firstOffset":3,"lastOffset":3,"partition":0,"topic":"t"},)"
            R"({"count":2,"firstOffset":7,"lastOffset":8,"partition":1,"topic":"t"},)"
            R"({"count":1,"firstOffset":null,"lastOffset":null,"partition":3,"topic":"t"}])");
  ASSERT_EQ(body.at("results").size(), 1U);
  EXPECT_EQ(body.at("results").at(0).at("index"), 2);
}

TEST_F(BatchResponseTest, IsOnlyTheSummaryForReturnMinimalInLinesWhenAllIsStored) {
  EXPECT_EQ(Respond({testing::Stored(1, 7)}, {}, {true, true, nullptr}).body,
            R"({"status":"Success","total":1,"succeeded":1,"failed":0,"partitions":[)"
            R"({"topic":"t","partition":1,"firstOffset":7,"lastOffset":7,"count":1}]})"
            "\n");
}

TEST(FormatAccepted, SaysHowManyRecordsAreOnTheirWay) {
  EXPECT_EQ(FormatAccepted(3), R"({"status":"Accepted","total":3})");
}

}  // namespace
}  // namespace gateway
