#include "service/produce/produce_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using testing::FakeClock;
using testing::FakeMetrics;
using testing::FakeProducer;
using testing::Stored;

Record MakeRecord(std::string_view topic, std::string_view value = "v") {
  Record record;
  record.topic = topic;
  record.value = value;
  return record;
}

ErrorDetail Locate(std::size_t index, const Record& record, std::string_view member) {
  ErrorDetail place;
  if (record.topic == "secret-default" && member == "/topic") {
    place.pointer = member;  // as if it were the default of the request
    return place;
  }
  place.pointer.append("/").append(std::to_string(index)).append(member);
  place.record = index;
  return place;
}

std::vector<std::string> Pointers(const Error& error) {
  std::vector<std::string> pointers;
  for (const ErrorDetail& detail : error.errors) pointers.push_back(detail.pointer);
  return pointers;
}

ErrorDetail Fault(std::string pointer, std::optional<std::size_t> record) {
  return {std::move(pointer), "It is not well.", 0, "", record};
}

class ProduceServiceTest : public ::testing::Test {
 protected:
  // A caller that may write only these topics.
  Caller CallerWhoMayWrite(std::vector<std::string> topics) {
    Principal ann{"ann", {}};
    TopicRights rights = Grants({{{"ann"}, std::move(topics), true, false, ""}}, {}).RightsOf(ann);
    return {std::move(ann), std::move(rights)};
  }
  Result<std::shared_ptr<ProduceOperation>> Produce(std::vector<Record> records,
                                                    const Caller* caller = nullptr) {
    RequestRecords batch;
    batch.records = std::move(records);
    return service_.Produce(
        std::move(batch), admission_.TryAdmit(), &Locate,
        [this](const std::shared_ptr<ProduceOperation>&) { ++answers_; }, caller);
  }
  Error Refused(std::vector<Record> records, const Caller* caller = nullptr) {
    auto produced = Produce(std::move(records), caller);
    EXPECT_FALSE(produced.ok());
    EXPECT_TRUE(producer_.sent.empty()) << "a refused request sends nothing";
    EXPECT_EQ(answers_, 0) << "a refused request is not answered by its records";
    EXPECT_EQ(admission_.requests(), 0U);
    return produced.ok() ? Error() : produced.error();
  }

  FakeClock clock_;
  FakeMetrics metrics_;
  FakeProducer producer_;
  Admission admission_{100, 1'000'000};
  RecordLimits limits_{.max_batch_records = 300, .max_record_bytes = 10, .max_headers = 2};
  ProduceService service_{producer_, clock_, metrics_, TopicPolicy({"*"}, {"secret*"}), limits_};
  int answers_ = 0;
};

TEST_F(ProduceServiceTest, SendsEveryRecordInOrderAndAnswersWhenAllAreReported) {
  auto produced = Produce({MakeRecord("a"), MakeRecord("b")});
  ASSERT_TRUE(produced.ok());
  ASSERT_EQ(producer_.sent.size(), 2U);
  EXPECT_EQ(producer_.sent[0]->record().topic, "a");
  EXPECT_EQ(producer_.sent[1]->record().topic, "b");
  for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
  EXPECT_EQ(answers_, 1);
}

TEST_F(ProduceServiceTest, RefusesAWholeRequestIfOneOfItsTopicsIsAtItsLimit) {
  producer_.full_topic = "full";
  const Error error = Refused({MakeRecord("a"), MakeRecord("full")});
  EXPECT_EQ(error.code, ErrorCode::kOverloaded);
  EXPECT_EQ(error.persistence, Persistence::kNotPersisted);
  EXPECT_NE(error.detail.find("\"full\""), std::string::npos) << error.detail;
  EXPECT_TRUE(Produce({MakeRecord("a"), MakeRecord("b")}).ok());
  for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
}

TEST_F(ProduceServiceTest, CollectsTheErrorsOfAllRecordsWithTheirPointers) {
  Record negative = MakeRecord("ok");
  negative.partition = -1;
  negative.timestamp = 0;
  const Error error = Refused({MakeRecord("bad topic"), MakeRecord("fine"), negative});
  EXPECT_EQ(error.code, ErrorCode::kInvalidRecord);
  EXPECT_EQ(error.persistence, Persistence::kNotPersisted);
  ASSERT_EQ(error.errors.size(), 3U);
  EXPECT_EQ(error.errors[0].pointer, "/0/topic");
  EXPECT_EQ(error.errors[1].pointer, "/2/partition");
  EXPECT_EQ(error.errors[2].pointer, "/2/timestamp");
  EXPECT_FALSE(error.truncated);
}

TEST_F(ProduceServiceTest, MeasuresTimesByItsClock) {
  Record ahead = MakeRecord("ok");
  ahead.timestamp = clock_.UnixMillis() + 86'400'001;
  EXPECT_EQ(Refused({ahead}).errors[0].pointer, "/0/timestamp");
  clock_.Advance(std::chrono::milliseconds(1));
  EXPECT_TRUE(Produce({ahead}).ok());
  for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
}

TEST_F(ProduceServiceTest, ErrorsOfTheParserAreListedWithTheOthersInTheOrderOfTheRequest) {
  RequestErrors found;
  found.Add(RequestErrorKind::kMalformed, Fault("/1/value", 1));
  found.Add(RequestErrorKind::kMalformed, Fault("/headers", std::nullopt));
  Record no_topic;  // its topic could not be read
  no_topic.partition = -1;
  const std::vector<Record> records = {MakeRecord("secret"), no_topic, MakeRecord("..")};
  const auto refused = service_.Refuse(records, &Locate, std::move(found));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, ErrorCode::kInvalidRecord);
  EXPECT_THAT(Pointers(*refused),
              ElementsAre("/headers", "/0/topic", "/1/value", "/1/partition", "/2/topic"));
}

TEST_F(ProduceServiceTest, ErrorsOfTheParserDoNotHideTheCodeOfTheRefusal) {
  const auto code = [this](std::string_view topic, RequestErrorKind kind) {
    RequestErrors found;
    found.Add(kind, Fault("", std::nullopt));
    return service_.Refuse(std::vector<Record>{MakeRecord(topic)}, &Locate, std::move(found))->code;
  };
  EXPECT_EQ(code("fine", RequestErrorKind::kTooManyRecords), ErrorCode::kTooManyRecords);
  EXPECT_EQ(code("secret", RequestErrorKind::kTooManyRecords), ErrorCode::kTopicForbidden);
  EXPECT_EQ(code("..", RequestErrorKind::kTooManyRecords), ErrorCode::kInvalidRecord);
  EXPECT_EQ(code("secret", RequestErrorKind::kMalformed), ErrorCode::kInvalidRecord);
}

TEST_F(ProduceServiceTest, AnErrorThatRecordsShareIsListedOnce) {
  const Record shared = MakeRecord("secret-default");
  EXPECT_THAT(Pointers(Refused({shared, MakeRecord("."), shared})),
              ElementsAre("/topic", "/1/topic"));
  const Error many = Refused(std::vector<Record>(200, shared));
  EXPECT_EQ(many.errors.size(), 1U);
  EXPECT_FALSE(many.truncated);
}

TEST_F(ProduceServiceTest, AKindThatIsNoLongerListedDecidesAllTheSame) {
  std::vector<Record> records(100, MakeRecord("ok", "12345678901"));
  records.push_back(MakeRecord("secret"));
  EXPECT_EQ(Refused(records).code, ErrorCode::kTopicForbidden);
  EXPECT_TRUE(Refused(records).truncated);
}

TEST_F(ProduceServiceTest, ListsAtMostAHundredErrorsAndSaysThatThereAreMore) {
  const Error all = Refused(std::vector<Record>(100, MakeRecord("")));
  EXPECT_EQ(all.errors.size(), 100U);
  EXPECT_FALSE(all.truncated);
  const Error more = Refused(std::vector<Record>(101, MakeRecord("")));
  EXPECT_EQ(more.errors.size(), 100U);
  EXPECT_TRUE(more.truncated);
}

TEST_F(ProduceServiceTest, MalformedOutranksPolicyAndPolicyOutranksSizeInAnyOrder) {
  const Record large = MakeRecord("ok", "12345678901");
  const Record forbidden = MakeRecord("secrets");
  const Record malformed = MakeRecord(".");
  EXPECT_EQ(Refused({large}).code, ErrorCode::kRecordTooLarge);
  EXPECT_EQ(Refused({forbidden}).code, ErrorCode::kTopicForbidden);
  EXPECT_EQ(Refused({large, forbidden}).code, ErrorCode::kTopicForbidden);
  EXPECT_EQ(Refused({forbidden, large}).code, ErrorCode::kTopicForbidden);
  EXPECT_EQ(Refused({malformed, large, forbidden}).code, ErrorCode::kInvalidRecord);
  EXPECT_EQ(Refused({large, forbidden, malformed}).code, ErrorCode::kInvalidRecord);
  EXPECT_EQ(Refused({forbidden, malformed}).code, ErrorCode::kInvalidRecord);
}

TEST_F(ProduceServiceTest, ARequestWithUngrantedTopicsIsRefusedWithAPointerPerRecord) {
  const Caller caller = CallerWhoMayWrite({"a", "b"});
  const Error error =
      Refused({MakeRecord("a"), MakeRecord("c"), MakeRecord("b"), MakeRecord("none")}, &caller);
  EXPECT_EQ(error.code, ErrorCode::kForbidden);
  EXPECT_THAT(Pointers(error), ElementsAre("/1/topic", "/3/topic"));
  EXPECT_EQ(error.errors[0].detail, "\"ann\" may not write to \"c\".");
  EXPECT_TRUE(Produce({MakeRecord("a"), MakeRecord("b")}, &caller).ok());
  for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
}

TEST_F(ProduceServiceTest, OfATopicThatIsNotGrantedThePolicySaysNothing) {
  const Caller caller = CallerWhoMayWrite({"a"});
  const Error error = Refused({MakeRecord("secret")}, &caller);
  EXPECT_EQ(error.code, ErrorCode::kForbidden);
  EXPECT_EQ(error.errors.size(), 1U);
  EXPECT_EQ(error.detail.find("Topics:"), std::string::npos);
}

TEST_F(ProduceServiceTest, AGrantDoesNotOverrideThePolicy) {
  const Caller caller = CallerWhoMayWrite({"*"});
  EXPECT_EQ(Refused({MakeRecord("secret")}, &caller).code, ErrorCode::kTopicForbidden);
  EXPECT_EQ(Refused({MakeRecord("__consumer_offsets")}, &caller).code, ErrorCode::kTopicForbidden);
}

TEST_F(ProduceServiceTest, AMissingGrantOutranksPolicyAndSizeButNotMalformed) {
  const Caller caller = CallerWhoMayWrite({"ok", "secret"});
  const Record other = MakeRecord("other");
  EXPECT_EQ(Refused({MakeRecord("secret"), other}, &caller).code, ErrorCode::kForbidden);
  EXPECT_EQ(Refused({MakeRecord("ok", "12345678901"), other}, &caller).code, ErrorCode::kForbidden);
  EXPECT_EQ(Refused({other, MakeRecord(".")}, &caller).code, ErrorCode::kInvalidRecord);
}

TEST_F(ProduceServiceTest, OneBadRecordAmongGoodOnesRefusesTheWholeRequest) {
  EXPECT_EQ(Refused({MakeRecord("a"), MakeRecord("a"), MakeRecord("secret")}).errors[0].pointer,
            "/2/topic");
}

TEST_F(ProduceServiceTest, InternalTopicsAreForbiddenWhateverTheConfiguration) {
  EXPECT_EQ(Refused({MakeRecord("__consumer_offsets")}).code, ErrorCode::kTopicForbidden);
}

TEST_F(ProduceServiceTest, MoreRecordsThanAllowedAreRefusedAtTheLimitAndNotBelow) {
  EXPECT_EQ(Refused(std::vector<Record>(301, MakeRecord("a"))).code, ErrorCode::kTooManyRecords);
  EXPECT_TRUE(Produce(std::vector<Record>(300, MakeRecord("a"))).ok());
  for (PendingRecord* record : producer_.sent) record->Report(Stored(0, 1));
}

TEST_F(ProduceServiceTest, ARequestWithoutRecordsIsRefusedBecauseNoReportWouldAnswerIt) {
  EXPECT_EQ(Refused({}).code, ErrorCode::kInvalidRecord);
}

TEST_F(ProduceServiceTest, TheOperationItReturnsTakesTheDeadline) {
  auto produced = Produce({MakeRecord("a")});
  ASSERT_TRUE(produced.ok());
  produced.value()->Expire();
  EXPECT_EQ(answers_, 1);
  EXPECT_EQ(admission_.requests(), 1U);
  producer_.sent[0]->Report(Stored(0, 1));
  EXPECT_EQ(admission_.requests(), 0U);
}

}  // namespace
}  // namespace gateway
