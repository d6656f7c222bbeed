#include "api/tracing/propagated_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/cpp/request_parser_testing.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using testing::HeaderTexts;
using ::testing::IsEmpty;

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const std::string kCarriedParent = "traceparent=" + std::string(kParent);
const std::vector<http::HeaderField> kTrace = {
    {"TraceParent", kParent}, {"tracestate", "a=b"}, {"Idempotency-Key", "k"}};

// Records that have these headers, as a request with `fields` sends them.
RequestRecords Carried(const std::vector<http::HeaderField>& fields,
                       const std::vector<std::span<const Header>>& own,
                       const std::vector<std::string>& configured = {}) {
  http::RequestHead head;
  head.fields = fields;
  RequestRecords batch;
  for (const std::span<const Header> headers : own) {
    batch.records.emplace_back().headers = headers;
  }
  PropagateHeaders(head, PropagatedFields(configured), &batch);
  return batch;
}

TEST(PropagateHeaders, AddsNothingThatTheRequestDoesNotSay) {
  const auto batch = Carried({{"X-Other", "1"}, {"traceparent", ""}}, {{}});
  EXPECT_THAT(batch.records[0].headers, IsEmpty());
}

TEST(PropagateHeaders, AddsWhatTheRequestSaysInLowerCase) {
  const auto batch = Carried(kTrace, {{}, {}});
  for (const Record& record : batch.records) {
    EXPECT_THAT(HeaderTexts(record),
                ElementsAre(kCarriedParent, "tracestate=a=b", "idempotency-key=k"));
  }
  EXPECT_EQ(batch.records[0].headers.data(), batch.records[1].headers.data())
      << "records that share their headers go on sharing them";
}

TEST(PropagateHeaders, LeavesARecordItsOwn) {
  const std::vector<Header> key = {{"n", "v"}, {"IDEMPOTENCY-KEY", std::nullopt}};
  const std::vector<Header> parent = {{"traceparent", "mine"}};
  const std::vector<Header> state = {{"tracestate", "mine"}};
  const auto batch = Carried(kTrace, {key, parent, state, {}, key});
  EXPECT_THAT(HeaderTexts(batch.records[0]),
              ElementsAre("n=v", "IDEMPOTENCY-KEY", kCarriedParent, "tracestate=a=b"));
  EXPECT_THAT(HeaderTexts(batch.records[1]), ElementsAre("traceparent=mine", "idempotency-key=k"))
      << "a trace is not mixed of two";
  EXPECT_THAT(HeaderTexts(batch.records[2]), ElementsAre("tracestate=mine", "idempotency-key=k"));
  EXPECT_THAT(HeaderTexts(batch.records[3]),
              ElementsAre(kCarriedParent, "tracestate=a=b", "idempotency-key=k"));
  EXPECT_EQ(HeaderTexts(batch.records[4]), HeaderTexts(batch.records[0]));
}

TEST(PropagateHeaders, JoinsAListInSeveralFields) {
  const auto batch =
      Carried({{"tracestate", "a=b"}, {"traceparent", kParent}, {"tracestate", "c=d"}}, {{}});
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre(kCarriedParent, "tracestate=a=b,c=d"));
}

TEST(PropagateHeaders, TakesTheFirstOfSeveralKeys) {
  const auto batch = Carried({{"idempotency-key", "1"}, {"idempotency-key", "2"}}, {{}});
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("idempotency-key=1"));
}

TEST(PropagateHeaders, ATraceThatIsNotWellFormedIsNoTrace) {
  const std::string upper = "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01";
  for (const std::string_view wrong : {std::string_view("00-1"), std::string_view(upper)}) {
    const auto batch = Carried({{"traceparent", wrong}, {"tracestate", "a=b"}}, {{}});
    EXPECT_THAT(batch.records[0].headers, IsEmpty()) << wrong;
  }
  const auto twice = Carried({{"traceparent", kParent}, {"traceparent", kParent}}, {{}});
  EXPECT_THAT(twice.records[0].headers, IsEmpty());
  EXPECT_THAT(Carried({{"tracestate", "a=b"}}, {{}}).records[0].headers, IsEmpty());
}

TEST(PropagateHeaders, ALaterVersionIsPassedOnUnchanged) {
  const std::string later = "cc" + std::string(kParent.substr(2)) + "-more";
  EXPECT_THAT(HeaderTexts(Carried({{"traceparent", later}}, {{}}).records[0]),
              ElementsAre("traceparent=" + later));
}

TEST(PropagateHeaders, DoesNotPointIntoTheHead) {
  std::string value(kParent);
  const auto batch = Carried({{"traceparent", value}}, {{}});
  value.assign(value.size(), '!');
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre(kCarriedParent));
}

TEST(PropagateHeaders, AddsWhatTheConfigurationNames) {
  const auto batch = Carried({{"X-GitHub-Event", "push"}, {"ce-id", "7"}, {"X-Other", "1"}}, {{}},
                             {"x-github-*", "CE-*"});
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("x-github-event=push", "ce-id=7"));
  EXPECT_EQ(batch.request_headers.size(), 2U);
}

TEST(PropagateHeaders, AConfiguredHeaderGivesWayToARecordsOwnOfThatName) {
  const std::vector<Header> own = {{"CE-ID", "mine"}};
  const auto batch =
      Carried({{"ce-id", "7"}, {"ce-id", "8"}, {"ce-type", "t"}}, {own, {}}, {"ce-*"});
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("CE-ID=mine", "ce-type=t"));
  EXPECT_THAT(HeaderTexts(batch.records[1]), ElementsAre("ce-id=7", "ce-id=8", "ce-type=t"));
}

TEST(PropagateHeaders, TraceAndIdempotencyKeyAreNotCopiedTwice) {
  const auto batch = Carried(kTrace, {{}}, {"*"});
  EXPECT_THAT(HeaderTexts(batch.records[0]),
              ElementsAre(kCarriedParent, "tracestate=a=b", "idempotency-key=k"));
  EXPECT_THAT(Carried({{"traceparent", "x"}}, {{}}, {"*"}).records[0].headers, IsEmpty())
      << "a trace that is not well-formed is carried by no configuration";
}

TEST(PropagateHeaders, CountsTheBytesThatItCopies) {
  http::RequestHead head;
  head.fields = {{"Idempotency-Key", "k"}, {"ce-id", "7"}, {"X-Other", "1"}};
  RequestRecords batch;
  batch.records.resize(3);
  EXPECT_EQ(PropagateHeaders(head, PropagatedFields(std::vector<std::string>{"ce-*"}), &batch),
            std::string_view("idempotency-keykce-id7").size());
}

// The spans of a request with two topics.
class TwoTraces final : public SpanHeaderSource {
 public:
  std::span<const Header> TraceOf(const Record& record, std::span<const Header>) const override {
    return record.topic == "a" ? std::span<const Header>(a_) : std::span<const Header>(b_);
  }

 private:
  const std::vector<Header> a_ = {{"traceparent", "A"}};
  const std::vector<Header> b_ = {{"traceparent", "B"}, {"tracestate", "s"}};
};

TEST(PropagateHeaders, WithSpansEachRecordHasTheContextOfItsTopic) {
  const std::vector<Header> mine = {{"traceparent", "mine"}};
  http::RequestHead head;
  head.fields = kTrace;
  RequestRecords batch;
  for (const char* const topic : {"a", "b", "b", "a"}) batch.records.emplace_back().topic = topic;
  batch.records[3].headers = mine;
  const TwoTraces spans;
  PropagateHeaders(head, PropagatedFields(), &batch, &spans);
  EXPECT_THAT(HeaderTexts(batch.records[0]), ElementsAre("traceparent=A", "idempotency-key=k"));
  EXPECT_THAT(HeaderTexts(batch.records[1]),
              ElementsAre("traceparent=B", "tracestate=s", "idempotency-key=k"));
  EXPECT_EQ(batch.records[2].headers.data(), batch.records[1].headers.data());
  EXPECT_THAT(HeaderTexts(batch.records[3]), ElementsAre("traceparent=mine", "idempotency-key=k"));
}

}  // namespace
}  // namespace gateway
