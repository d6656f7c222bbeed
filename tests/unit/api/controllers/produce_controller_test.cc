#include "api/controllers/produce_controller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <thread>

#include "service/ports/logger.h"
#include "service/ports/produce_metrics.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/produce_controller_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::HeaderOf;
using testing::JsonOf;
using testing::NotStored;
using testing::ProduceControllerTest;
using testing::Stored;

constexpr std::string_view kRecord = R"({"topic":"orders","key":"k","value":{"a": 1}})";

TEST_F(ProduceControllerTest, AStoredRecordIsAnsweredWithWhereItIs) {
  Begin(Send(kRecord));
  ASSERT_EQ(producer.sent.size(), 1U);
  EXPECT_EQ(producer.sent[0]->record().value, R"({"a": 1})");
  EXPECT_FALSE(Answer()) << "not before Kafka has confirmed";
  producer.sent[0]->Report(Stored(2, 1'234));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "application/json");
  const auto json = JsonOf(*response);
  EXPECT_EQ(json["status"], "Success");
  EXPECT_EQ(json["topic"], "orders");
  EXPECT_EQ(json["partition"], 2);
  EXPECT_EQ(json["offset"], 1'234);
}

TEST_F(ProduceControllerTest, AReportBeforeSendReturnsIsAnAnswerToo) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  EXPECT_EQ(Ask(Send(kRecord)).status, 200);
  EXPECT_EQ(admission.requests(), 0U);
}

TEST_F(ProduceControllerTest, AFailedRecordIsItsProblem) {
  Begin(Send(kRecord));
  producer.sent[0]->Report(NotStored(ErrorCode::kTopicNotFound));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 404);
  EXPECT_EQ(response->content_type, "application/problem+json");
  EXPECT_EQ(JsonOf(*response)["code"], "TopicNotFound");
  EXPECT_EQ(JsonOf(*response)["persistence"], "NotPersisted");
}

TEST_F(ProduceControllerTest, ARetriableFailureSaysWhenToRetry) {
  Begin(Send(kRecord));
  producer.sent[0]->Report(NotStored(ErrorCode::kBrokersUnavailable));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(HeaderOf(*response, "Retry-After"), "2");
}

TEST_F(ProduceControllerTest, ABadBodySendsNothing) {
  EXPECT_EQ(JsonOf(Ask(Send("{"))).at("code"), "InvalidJson");
  EXPECT_EQ(Ask(Send(R"({"value":1})")).status, 400);
  EXPECT_EQ(Ask(Send(R"({"topic":"secret","value":1})")).status, 403);
  EXPECT_EQ(Ask(Send(R"({"topic":"t","value":")" + std::string(101, 'x') + "\"}")).status, 413);
  EXPECT_TRUE(producer.sent.empty());
  EXPECT_EQ(admission.requests(), 0U);
}

TEST_F(ProduceControllerTest, RecordsTakeTheirShareOfTheByteBudgetUntilTheyAreReported) {
  const std::string_view body = R"([{"topic":"a","value":1},{"topic":"b","value":2}])";
  Begin(Batch(body));
  ASSERT_EQ(producer.sent.size(), 2U);
  const std::size_t beside = 2 * (sizeof(Record) + sizeof(PendingRecord));
  EXPECT_GT(admission.bytes(), body.size() + beside);
  const std::size_t all = admission.bytes();
  producer.sent[0]->Report(Stored(0, 1));
  EXPECT_EQ(admission.bytes(), all);
  producer.sent[1]->Report(Stored(0, 1));
  EXPECT_EQ(Answer()->status, 200);
  EXPECT_EQ(admission.bytes(), 0U);
}

TEST_F(ProduceControllerTest, TheBudgetIsReleasedBeforeTheAnswerIsWritten) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  std::vector<http::CompletionQueue::Completion> completions;
  std::vector<http::CompletionQueue::Task> tasks;
  for (const std::string_view body : {kRecord, std::string_view("{")}) {
    Begin(Send(body));
    queue->Take(&completions, &tasks);
    static_cast<void>(std::get<http::Responder::Build>(completions.back().message)());
    EXPECT_EQ(admission.requests(), 0U) << "who has the answer may send the next request at once";
  }
}

TEST_F(ProduceControllerTest, AfterTheDeadlineTheBudgetIsHeldUntilTheLastReport) {
  Begin(Send(kRecord));
  on_deadline();
  EXPECT_EQ(Answer()->status, 504);
  EXPECT_EQ(admission.requests(), 1U);
  producer.sent[0]->Report(Stored(0, 1));
  EXPECT_EQ(admission.requests(), 0U);
}

TEST_F(ProduceControllerTest, RecordsBeyondTheBudgetAreRefusedBeforeTheyAreSent) {
  auto other = admission.TryAdmit();
  ASSERT_TRUE(other.Grow(900));  // leaves room for the bytes of the body, but not for the records
  const auto response = Ask(Send(kRecord));
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(JsonOf(response)["code"], "Overloaded");
  EXPECT_EQ(JsonOf(response)["persistence"], "NotPersisted");
  EXPECT_EQ(HeaderOf(response, "Retry-After"), "1");
  EXPECT_TRUE(metrics.Rejected("overloaded"));
  EXPECT_TRUE(producer.sent.empty());
  EXPECT_EQ(admission.bytes(), 900U);
}

TEST_F(ProduceControllerTest, ALaterRejectionAtTheLimitHasTheTimeToDrainAsRetryAfter) {
  const auto other = admission.TryAdmit();
  admission.RetryAfterSeconds(clock.Now());
  clock.Advance(std::chrono::seconds(5));  // in which only the request itself was released
  Begin(Send(kRecord));
  producer.sent[0]->Report(NotStored(ErrorCode::kOverloaded));
  EXPECT_EQ(HeaderOf(*Answer(), "Retry-After"), "5");
  Begin(Batch(R"([{"topic":"a","value":1},{"topic":"b","value":2}])"));
  for (std::size_t i = 1; i <= 2; ++i) {
    producer.sent[i]->Report(NotStored(ErrorCode::kOverloaded));
  }
  EXPECT_EQ(HeaderOf(*Answer(), "Retry-After"), "5");
}

TEST_F(ProduceControllerTest, ABatchIsAnsweredWithEachRecordsFateInOrder) {
  Begin(Batch(R"([{"topic":"a","value":1},{"topic":"b","value":2}])"));
  ASSERT_EQ(producer.sent.size(), 2U);
  producer.sent[1]->Report(Stored(0, 9));
  producer.sent[0]->Report(NotStored(ErrorCode::kTopicNotFound));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 207);
  const auto json = JsonOf(*response);
  EXPECT_EQ(json["status"], "PartialSuccess");
  EXPECT_EQ(json["succeeded"], 1);
  EXPECT_EQ(json["results"][0]["status"], "Failed");
  EXPECT_EQ(json["results"][1]["offset"], 9);
}

TEST_F(ProduceControllerTest, ABatchThatFailedCompletelyWithoutBrokersIs503WithRetryAfter) {
  Begin(Batch(R"([{"topic":"a","value":1},{"topic":"b","value":2}])"));
  for (PendingRecord* record : producer.sent) {
    record->Report(NotStored(ErrorCode::kBrokersUnavailable));
  }
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 503);
  EXPECT_EQ(HeaderOf(*response, "Retry-After"), "2");
  EXPECT_EQ(JsonOf(*response)["failed"], 2);
}

TEST_F(ProduceControllerTest, OneBadRecordRefusesTheBatchWithItsPointer) {
  const auto response = Ask(Batch(R"([{"topic":"a","value":1},{"topic":"secret","value":2}])"));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(JsonOf(response)["errors"][0]["pointer"], "/1/topic");
  EXPECT_TRUE(producer.sent.empty());
  EXPECT_EQ(Ask(Batch("[]")).status, 400);
  const std::string four = R"([{"topic":"a","value":1},{"topic":"a","value":1},)"
                           R"({"topic":"a","value":1},{"topic":"a","value":1}])";
  EXPECT_EQ(Ask(Batch(four)).status, 413);
}

TEST_F(ProduceControllerTest, LinesAreABatchWhoseResultsNameThem) {
  Begin(Lines("{\"topic\":\"a\",\"value\":1}\r\n\n{\"topic\":\"b\",\"value\":\"x\"}"));
  ASSERT_EQ(producer.sent.size(), 2U);
  EXPECT_EQ(producer.sent[1]->record().value, "x");
  for (PendingRecord* record : producer.sent) record->Report(Stored(0, 9));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->content_type, "application/json");
  EXPECT_EQ(JsonOf(*response)["results"][1]["line"], 3);
}

TEST_F(ProduceControllerTest, EveryErrorOfALineNamesTheLine) {
  const std::string good = R"({"topic":"a","value":1})";
  const auto parsing = JsonOf(Ask(Lines(good + "\n\n{\"topic\":\"a\"}")));
  EXPECT_EQ(parsing["errors"][0]["pointer"], "/1");
  EXPECT_EQ(parsing["errors"][0]["line"], 3);
  const auto policy = JsonOf(Ask(Lines("\n" + good + "\n{\"topic\":\"secret\",\"value\":1}")));
  EXPECT_EQ(policy["errors"][0]["pointer"], "/1/topic");
  EXPECT_EQ(policy["errors"][0]["line"], 3);
  EXPECT_FALSE(JsonOf(Ask(Batch(R"([{"topic":"a"}])")))["errors"][0].contains("line"));
  EXPECT_TRUE(producer.sent.empty());
}

TEST_F(ProduceControllerTest, AClientThatAcceptsLinesGetsThem) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  const auto response = Ask(Send(R"([{"topic":"a","value":1}])", "Accept: application/x-ndjson\r\n",
                                 "/api/kafka/send/batch"));
  EXPECT_EQ(response.content_type, "application/x-ndjson");
  EXPECT_EQ(std::count(response.body.begin(), response.body.end(), '\n'), 2);
  EXPECT_EQ(Ask(Send(kRecord, "Accept: application/x-ndjson\r\n")).content_type, "application/json")
      << "a single record is no list";
}

TEST_F(ProduceControllerTest, ReturnMinimalGivesAMinimalAnswer) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  const auto response = Ask(Send(R"([{"topic":"a","value":1},{"topic":"a","value":2}])",
                                 "Prefer: return=minimal\r\n", "/api/kafka/send/batch"));
  EXPECT_EQ(HeaderOf(response, "Preference-Applied"), "return=minimal");
  EXPECT_EQ(JsonOf(response)["partitions"][0]["count"], 2);
  EXPECT_TRUE(JsonOf(response)["results"].empty());
  EXPECT_EQ(HeaderOf(Ask(Send(kRecord, "Prefer: return=minimal\r\n")), "Preference-Applied"), "");
}

class RespondAsyncTest : public ProduceControllerTest {
 protected:
  static std::string AsyncBatch(std::string_view body) {
    return Send(body, "Prefer: respond-async, return=minimal\r\n", "/api/kafka/send/batch");
  }
  // The one warning about failed records; null if there is none.
  const testing::FakeLogger::Line* Warning() {
    const testing::FakeLogger::Line* found = nullptr;
    for (const auto& line : logger.lines) {
      if (line.event != "accepted-failed") continue;
      EXPECT_EQ(found, nullptr) << "one line a request";
      found = &line;
    }
    return found;
  }
};

TEST_F(RespondAsyncTest, IsAnsweredWhenTheRecordsAreQueued) {
  const auto response = Ask(AsyncBatch(R"([{"topic":"a","value":1},{"topic":"b","value":2}])"));
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(response.body, R"({"status":"Accepted","total":2})");
  EXPECT_EQ(HeaderOf(response, "Preference-Applied"), "respond-async");
  EXPECT_EQ(producer.sent.size(), 2U);
  EXPECT_TRUE(producer.sent.front()->answered) << "what its client sends next is stored later";
  EXPECT_EQ(admission.requests(), 1U) << "its bytes are still in use";
  EXPECT_EQ(on_deadline, nullptr);
  for (PendingRecord* record : producer.sent) record->Report(Stored(0, 1));
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(Warning(), nullptr);
  EXPECT_EQ(metrics.accepted_failed, 0);
}

TEST_F(RespondAsyncTest, WorksForASingleRecordAndForRawBytes) {
  EXPECT_EQ(Ask(Send(kRecord, "Prefer: respond-async\r\n")).body,
            R"({"status":"Accepted","total":1})");
  EXPECT_EQ(Ask(Raw("", "1\n2", std::string(kNdjsonField) + "Prefer: respond-async\r\n")).body,
            R"({"status":"Accepted","total":2})");
  for (PendingRecord* record : producer.sent) record->Report(Stored(0, 1));
}

TEST_F(RespondAsyncTest, LaterFailuresAreLoggedOnceAndCounted) {
  const auto response = Ask(
      AsyncBatch(R"([{"topic":"a","value":1},{"topic":"b","value":2},{"topic":"c","value":2}])"));
  producer.sent[2]->Report(NotStored(ErrorCode::kOutcomeUnknown, Persistence::kPossiblyPersisted));
  producer.sent[1]->Report(NotStored(ErrorCode::kTopicNotFound));
  EXPECT_EQ(Warning(), nullptr) << "not before all are reported";
  producer.sent[0]->Report(Stored(0, 1));
  const auto* const warning = Warning();
  ASSERT_NE(warning, nullptr);
  EXPECT_EQ(warning->level, LogLevel::kWarning);
  EXPECT_EQ(warning->fields.at("request_id"), HeaderOf(response, "X-Request-Id"));
  EXPECT_EQ(warning->fields.at("failed"), "2");
  EXPECT_EQ(warning->fields.at("possibly_persisted"), "1");
  EXPECT_EQ(warning->fields.at("total"), "3");
  EXPECT_EQ(warning->fields.at("messaging.destination.name"), "b");
  EXPECT_EQ(warning->fields.at("error.type"), "TopicNotFound");
  EXPECT_EQ(metrics.accepted_failed, 2);
}

TEST_F(RespondAsyncTest, ImmediateFailuresAreLoggedToo) {
  producer.on_send = [](PendingRecord* record) {
    record->Report(NotStored(ErrorCode::kTopicNotFound));
  };
  EXPECT_EQ(Ask(AsyncBatch(R"([{"topic":"a","value":1}])")).status, 202);
  EXPECT_NE(Warning(), nullptr);
  EXPECT_EQ(admission.requests(), 0U);
}

TEST_F(RespondAsyncTest, AnInvalidRequestIsStillRefused) {
  const auto response = Ask(AsyncBatch(R"([{"topic":"secret","value":1}])"));
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(HeaderOf(response, "Preference-Applied"), "");
  EXPECT_TRUE(producer.sent.empty());
}

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST_F(ProduceControllerTest, TraceAndIdempotencyKeyBecomeHeadersOfTheRecords) {
  Begin(Send(kRecord, "traceparent: " + std::string(kParent) + "\r\nIdempotency-Key: \"k-1\"\r\n"));
  ASSERT_EQ(producer.sent.size(), 1U);
  const std::span<const Header> headers = producer.sent[0]->record().headers;
  ASSERT_EQ(headers.size(), 2U);
  EXPECT_EQ(headers[0].name, "traceparent");
  EXPECT_EQ(headers[0].value, kParent);
  EXPECT_EQ(headers[1].name, "idempotency-key");
  EXPECT_EQ(headers[1].value, "\"k-1\"");
  producer.sent[0]->Report(Stored(0, 1));
}

TEST_F(ProduceControllerTest, AtTheDeadlineTheAnswerIs504PossiblyPersisted) {
  Begin(Send(kRecord));
  EXPECT_EQ(deadline_at, clock.Now() + milliseconds(1'000));
  on_deadline();
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 504);
  EXPECT_EQ(JsonOf(*response)["code"], "DeliveryTimeout");
  EXPECT_EQ(JsonOf(*response)["persistence"], "PossiblyPersisted");
  EXPECT_EQ(admission.requests(), 1U) << "librdkafka still points into the body";
  producer.sent[0]->Report(Stored(0, 1));
  EXPECT_FALSE(Answer()) << "a request is answered once";
  EXPECT_EQ(admission.requests(), 0U);
  EXPECT_EQ(metrics.Count(RecordResult::kLate), 1);
}

TEST_F(ProduceControllerTest, TheClientsOwnDeadlineCountsUpToTheCap) {
  Begin(Send(kRecord, "Request-Timeout-Ms: 250\r\n"));
  EXPECT_EQ(deadline_at, clock.Now() + milliseconds(250));
  producer.sent[0]->Report(Stored(0, 1));
  EXPECT_TRUE(Answer());
  EXPECT_EQ(Ask(Send(kRecord, "Request-Timeout-Ms: 0\r\n")).status, 400);
  EXPECT_EQ(producer.sent.size(), 1U);
}

TEST_F(ProduceControllerTest, AReportOnAnotherThreadWhileTheDeadlineIsSetAnswersOnce) {
  for (int round = 0; round < 500; ++round) {
    std::thread delivery;
    producer.on_send = [&delivery](PendingRecord* record) {
      delivery = std::thread([record] { record->Report(Stored(0, 1)); });
    };
    Begin(Send(kRecord));
    delivery.join();
    const auto response = Answer();
    ASSERT_TRUE(response);
    ASSERT_EQ(response->status, 200);
  }
  EXPECT_EQ(admission.requests(), 0U);
}

TEST(RequestTimeoutOf, TakesWholePositiveNumbersUpToTheCap) {
  const auto timeout = [](std::string_view value) {
    http::RequestHead head;
    head.fields.push_back({"request-timeout-ms", value});
    return RequestTimeoutOf(head, milliseconds(1'000));
  };
  EXPECT_EQ(timeout("1").value(), milliseconds(1));
  EXPECT_EQ(timeout("1000").value(), milliseconds(1'000));
  EXPECT_EQ(timeout("1001").value(), milliseconds(1'000));
  EXPECT_EQ(timeout("9223372036854775807").value(), milliseconds(1'000));
  EXPECT_EQ(timeout("99999999999999999999999").value(), milliseconds(1'000));
  for (const char* bad : {"", "0", "00", "-1", "+1", "1.5", "1e3", "0x10", "1 ", "1ms", "ms",
                          "-99999999999999999999999", "99999999999999999999999x"}) {
    ASSERT_FALSE(timeout(bad).ok()) << bad;
    EXPECT_EQ(timeout(bad).error().type, ProblemType::kBadRequest);
  }
  EXPECT_EQ(RequestTimeoutOf(http::RequestHead(), milliseconds(7)).value(), milliseconds(7));
}

TEST_F(ProduceControllerTest, TheTimeOfASendIsMeasuredFromItsHeadToItsAnswer) {
  Begin(Send(kRecord));
  clock.Advance(milliseconds(5));
  producer.sent[0]->Report(Stored(0, 1));
  EXPECT_TRUE(metrics.stages[LatencyStage::kTotal].empty());
  clock.Advance(milliseconds(1));
  ASSERT_TRUE(Answer());
  using Times = std::vector<std::chrono::nanoseconds>;
  EXPECT_EQ(metrics.stages[LatencyStage::kTotal], Times{milliseconds(6)});
  EXPECT_EQ(metrics.stages[LatencyStage::kParse], Times{milliseconds(0)});
}

TEST_F(ProduceControllerTest, ARefusedRequestHasNoStagesButAProblem) {
  EXPECT_EQ(Ask(Send("{")).status, 400);
  EXPECT_TRUE(metrics.stages.empty());
  EXPECT_EQ(metrics.problems, std::vector<std::string>{"InvalidJson"});
}

}  // namespace
}  // namespace gateway
