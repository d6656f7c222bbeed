// The spans of a request, from its head to Kafka's report.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "api/controllers/produce_controller.h"
#include "api/native/native_formats.h"
#include "api/tracing/produce_spans.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "support/cpp/fake_tracer.h"
#include "support/cpp/pipeline_fixture.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::IsEmpty;
using testing::NotStored;
using ::testing::SizeIs;
using testing::Stored;

constexpr std::string_view kParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr std::string_view kRecord = R"({"topic":"orders","value":1})";

class HasTracer {
 protected:
  testing::FakeTracer tracer;
};

class TracingTest : public HasTracer, public testing::PipelineTest {
 protected:
  TracingTest() : PipelineTest(tracer) {
    controller.AddRoutes(NativeRoutes(), &router);
    router.Add({http::Method::kGet,
                "/probe",
                [](const http::Request&, const std::shared_ptr<Exchange>& exchange) {
                  exchange->Reply({});
                },
                {},
                false,
                true});
  }
  void Post(std::string_view path, std::string_view body, std::string_view fields = "") {
    Begin("POST " + std::string(path) +
          " HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n" + std::string(fields) +
          "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  }
  void Send(std::string_view fields = "") { Post("/api/kafka/send", kRecord, fields); }
  std::string HeaderOfRecord(std::size_t index, std::string_view name) const {
    for (const Header& header : producer.sent[index]->record().headers) {
      if (header.name == name) return std::string(header.value.value_or(""));
    }
    return "";
  }

  testing::FakeProducer producer;
  ProduceService service{producer, clock, metrics, TopicPolicy({"*"}, {"secret"}),
                         RecordLimits{100, 1'000, 10}};
  ProduceController controller{service, clock, metrics, logger, milliseconds(1'000), tracer};
};

TEST_F(TracingTest, ASendIsAServersSpanAndAProducersBelowIt) {
  Send("traceparent: " + std::string(kParent) + "\r\ntracestate: a=b\r\n");
  ASSERT_THAT(tracer.spans, SizeIs(2));
  const auto& server = tracer.spans[0];
  const auto& send = tracer.spans[1];
  EXPECT_EQ(server.name, "POST /api/kafka/send");
  EXPECT_EQ(server.parent, kParent);
  EXPECT_EQ(server.tracestate, "a=b");
  EXPECT_EQ(send.name, "send orders");
  EXPECT_TRUE(send.producer);
  EXPECT_EQ(send.parent, server.traceparent);
  EXPECT_FALSE(send.ended);

  producer.sent[0]->Report(Stored(2, 7));
  EXPECT_TRUE(send.ended);
  EXPECT_FALSE(server.ended);
  ASSERT_TRUE(Answer().has_value());
  EXPECT_TRUE(server.ended);

  auto sent = send.attributes;
  EXPECT_EQ(sent["messaging.system"], "kafka");
  EXPECT_EQ(sent["messaging.operation.name"], "send");
  EXPECT_EQ(sent["messaging.operation.type"], "send");
  EXPECT_EQ(sent["messaging.destination.name"], "orders");
  EXPECT_EQ(sent["messaging.destination.partition.id"], "2");
  EXPECT_EQ(sent["messaging.kafka.offset"], "7");
  EXPECT_EQ(sent.count("messaging.batch.message_count"), 0U);
  EXPECT_EQ(send.error, "");
  auto served = server.attributes;
  EXPECT_EQ(served["http.request.method"], "POST");
  EXPECT_EQ(served["http.route"], "/api/kafka/send");
  EXPECT_EQ(served["http.response.status_code"], "200");
  EXPECT_EQ(server.error, "");
}

TEST_F(TracingTest, ARecordCarriesTheContextOfTheProducersSpan) {
  Send("traceparent: " + std::string(kParent) + "\r\ntracestate: a=b\r\n");
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), tracer.spans[1].traceparent);
  EXPECT_EQ(HeaderOfRecord(0, "tracestate"), "a=b");
  producer.sent[0]->Report(Stored(0, 0));
}

TEST_F(TracingTest, ARequestWithoutATraceBeginsOne) {
  Send();
  EXPECT_EQ(tracer.spans[0].parent, "");
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), tracer.spans[1].traceparent);
  producer.sent[0]->Report(Stored(0, 0));
}

TEST_F(TracingTest, TheAccessLogHasTheServersSpan) {
  Send("traceparent: " + std::string(kParent) + "\r\n");
  producer.sent[0]->Report(Stored(0, 0));
  ASSERT_TRUE(Answer().has_value());
  ASSERT_THAT(logger.lines, SizeIs(1));
  EXPECT_EQ(logger.lines[0].fields["trace_id"], kParent.substr(3, 32));
  EXPECT_EQ(logger.lines[0].fields["span_id"], tracer.spans[0].traceparent.substr(36, 16));
}

TEST_F(TracingTest, AnUnsampledTraceContextIsPassedOnUnchanged) {
  tracer.samples = false;
  Send("traceparent: " + std::string(kParent) + "\r\n");
  EXPECT_THAT(tracer.spans, IsEmpty());
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), kParent);
  producer.sent[0]->Report(Stored(0, 0));
  ASSERT_TRUE(Answer().has_value());
  Send();
  EXPECT_EQ(HeaderOfRecord(1, "traceparent"), "") << "nothing is made up";
  producer.sent[1]->Report(Stored(0, 0));
}

TEST_F(TracingTest, ABatchHasASpanForEachTopicWithTheNumberOfItsRecords) {
  Post("/api/kafka/send/batch",
       R"([{"topic":"a","value":1},{"topic":"b","value":1},{"topic":"a","value":1}])");
  ASSERT_THAT(tracer.spans, SizeIs(3));
  EXPECT_EQ(tracer.spans[1].name, "send a");
  EXPECT_EQ(tracer.spans[1].attributes["messaging.batch.message_count"], "2");
  EXPECT_EQ(tracer.spans[2].name, "send b");
  EXPECT_EQ(tracer.spans[2].attributes["messaging.batch.message_count"], "1");
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), tracer.spans[1].traceparent);
  EXPECT_EQ(HeaderOfRecord(1, "traceparent"), tracer.spans[2].traceparent);
  EXPECT_EQ(HeaderOfRecord(2, "traceparent"), tracer.spans[1].traceparent);
  producer.sent[0]->Report(Stored(0, 0));
  producer.sent[1]->Report(NotStored(ErrorCode::kTopicNotFound));
  producer.sent[2]->Report(Stored(0, 1));
  EXPECT_EQ(tracer.spans[1].error, "");
  EXPECT_EQ(tracer.spans[2].error, "TopicNotFound");
  ASSERT_TRUE(Answer().has_value());
  EXPECT_EQ(tracer.spans[0].attributes["http.response.status_code"], "207");
  EXPECT_EQ(tracer.spans[0].attributes["error.type"], "TopicNotFound");
}

TEST_F(TracingTest, ABatchOfManyTopicsHasABoundedNumberOfSpans) {
  std::string body = "[";
  for (std::size_t i = 0; i < ProduceSpans::kMaxTopics + 5; ++i) {
    body.append(i == 0 ? "" : ",").append(R"({"value":1,"topic":"t)" + std::to_string(i) + "\"}");
  }
  Post("/api/kafka/send/batch", body + "]");
  ASSERT_THAT(tracer.spans, SizeIs(1 + ProduceSpans::kMaxTopics + 1));
  EXPECT_EQ(tracer.spans.back().name, "send");
  EXPECT_EQ(tracer.spans.back().attributes["messaging.batch.message_count"], "5");
  EXPECT_EQ(tracer.spans.back().attributes.count("messaging.destination.name"), 0U);
  EXPECT_EQ(HeaderOfRecord(ProduceSpans::kMaxTopics + 4, "traceparent"),
            tracer.spans.back().traceparent);
  for (PendingRecord* record : producer.sent) record->Report(NotStored(ErrorCode::kOverloaded));
  EXPECT_EQ(tracer.spans.back().error, "Overloaded");
}

TEST_F(TracingTest, ARecordThatIsFullIsSentWithoutATrace) {
  Post("/api/kafka/send", R"({"topic":"orders","value":")" + std::string(950, 'x') + R"("})");
  ASSERT_THAT(producer.sent, SizeIs(1)) << "the limits are for what a client sends";
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), "");
  producer.sent[0]->Report(Stored(0, 0));
  ASSERT_TRUE(Answer().has_value());
  Post("/api/kafka/send",
       R"({"topic":"orders","value":1,"headers":{"1":"","2":"","3":"","4":"","5":"","6":"",)"
       R"("7":"","8":"","9":"","10":""}})");
  ASSERT_THAT(producer.sent, SizeIs(2));
  EXPECT_EQ(HeaderOfRecord(1, "traceparent"), "");
  producer.sent[1]->Report(Stored(0, 0));
}

TEST_F(TracingTest, OtherPropagatedHeadersTakePrecedenceOverTheTrace) {
  Post("/api/kafka/send",
       R"({"topic":"orders","value":1,"headers":{"1":"","2":"","3":"","4":"","5":"","6":"",)"
       R"("7":"","8":"","9":""}})",
       "Idempotency-Key: abc\r\n");
  ASSERT_THAT(producer.sent, SizeIs(1)) << "ten headers with the key, and ten may be";
  EXPECT_EQ(HeaderOfRecord(0, "idempotency-key"), "abc");
  EXPECT_EQ(HeaderOfRecord(0, "traceparent"), "");
  producer.sent[0]->Report(Stored(0, 0));
}

TEST_F(TracingTest, ATopicThatCannotBeIsInNoSpan) {
  const std::string long_name(10'000, 'a');
  Post("/api/kafka/send/batch",
       R"([{"topic":")" + long_name + R"(","value":1},)" + R"({"topic":"a b","value":1}])");
  ASSERT_TRUE(Answer().has_value());
  ASSERT_THAT(tracer.spans, SizeIs(2));
  EXPECT_EQ(tracer.spans[1].name, "send");
  EXPECT_EQ(tracer.spans[1].attributes.count("messaging.destination.name"), 0U);
}

TEST_F(TracingTest, ATracestateLongerThanAnybodyMustPassOnIsDropped) {
  for (const std::size_t size : {508U, 509U}) {
    Send("traceparent: " + std::string(kParent) + "\r\ntracestate: a=b," + std::string(size, 'x') +
         "\r\n");
    producer.sent.back()->Report(Stored(0, 0));
  }
  EXPECT_EQ(HeaderOfRecord(0, "tracestate").size(), 512U);
  EXPECT_EQ(HeaderOfRecord(1, "tracestate"), "");
}

TEST_F(TracingTest, ADeadlineEndsTheSpanWithItsName) {
  Send();
  on_deadline();
  ASSERT_TRUE(Answer().has_value());
  EXPECT_TRUE(tracer.spans[1].ended);
  EXPECT_EQ(tracer.spans[1].error, "DeliveryTimeout");
  EXPECT_EQ(tracer.spans[0].error, "DeliveryTimeout") << "504 is a fault of the server";
  producer.sent[0]->Report(Stored(0, 0));
}

TEST_F(TracingTest, ARefusalIsNoErrorOfTheServersSpan) {
  Post("/api/kafka/send", R"({"topic":"secret","value":1})");
  ASSERT_TRUE(Answer().has_value());
  EXPECT_EQ(tracer.spans[0].error, "");
  EXPECT_EQ(tracer.spans[0].attributes["error.type"], "TopicForbidden");
  EXPECT_EQ(tracer.spans[1].error, "TopicForbidden") << "it was never sent";
  EXPECT_TRUE(tracer.spans[1].ended);
}

TEST_F(TracingTest, ATombstoneSaysSo) {
  Post("/api/kafka/send", R"({"topic":"orders","key":"k","value":null})");
  EXPECT_EQ(tracer.spans[1].attributes["messaging.kafka.message.tombstone"], "true");
  producer.sent[0]->Report(Stored(0, 0));
}

TEST_F(TracingTest, ProbesHaveNoSpansAndUnknownPathsAreNamedByTheirMethod) {
  Ask("GET /probe HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(tracer.spans, IsEmpty());
  Ask("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_THAT(tracer.spans, SizeIs(1));
  EXPECT_EQ(tracer.spans[0].name, "GET");
  EXPECT_TRUE(tracer.spans[0].ended);
}

TEST_F(TracingTest, WithRespondAsyncTheSendOutlivesTheAnswer) {
  Send("Prefer: respond-async\r\n");
  ASSERT_TRUE(Answer().has_value());
  EXPECT_TRUE(tracer.spans[0].ended);
  EXPECT_FALSE(tracer.spans[1].ended);
  producer.sent[0]->Report(Stored(1, 2));
  EXPECT_TRUE(tracer.spans[1].ended);
  EXPECT_EQ(tracer.spans[1].attributes["messaging.destination.partition.id"], "1");
}

}  // namespace
}  // namespace gateway
