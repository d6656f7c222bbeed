// Records:HeadersFromRequest, on each route that sends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/controllers/produce_controller.h"
#include "support/cpp/produce_controller_fixture.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::JsonOf;
using testing::Stored;

class HeadersFromRequestTest : public testing::ProduceControllerTest {
 protected:
  HeadersFromRequestTest()
      : ProduceControllerTest(PropagatedFields(std::vector<std::string>{"x-*"})) {
    producer.on_send = [this](PendingRecord* record) {
      auto& headers = sent.emplace_back();
      for (const Header& header : record->record().headers) {
        headers.push_back(std::string(header.name) + "=" + std::string(header.value.value_or("")));
      }
      record->Report(Stored(0, 1));
    };
  }

  // The headers of each record that was sent.
  std::vector<std::vector<std::string>> sent;
};

constexpr std::string_view kEvent = "X-Event: push\r\nAuthorization: Bearer t\r\n";

TEST_F(HeadersFromRequestTest, BecomeHeadersOfASingleRecord) {
  Ask(Send(R"({"topic":"t","value":1,"headers":{"a":"b"}})", kEvent));
  EXPECT_THAT(sent, ElementsAre(ElementsAre("a=b", "x-event=push")));
}

TEST_F(HeadersFromRequestTest, BecomeHeadersOfEachRecordOfABatch) {
  Ask(Send(R"([{"topic":"t","value":1},{"topic":"t","value":2,"headers":{"X-Event":"own"}}])",
           kEvent, "/api/kafka/send/batch"));
  EXPECT_THAT(sent, ElementsAre(ElementsAre("x-event=push"), ElementsAre("X-Event=own")));
}

TEST_F(HeadersFromRequestTest, BecomeHeadersOfEachLine) {
  Ask(Lines("{\"topic\":\"t\",\"value\":1}\n{\"topic\":\"t\",\"value\":2}", kEvent));
  EXPECT_THAT(sent, ElementsAre(ElementsAre("x-event=push"), ElementsAre("x-event=push")));
}

TEST_F(HeadersFromRequestTest, BecomeHeadersOfRawBytes) {
  Ask(Raw("?header=a:b", "v", std::string(kEvent) + "Content-Type: text/plain\r\n"));
  EXPECT_THAT(sent, ElementsAre(ElementsAre("a=b", "content-type=text/plain", "x-event=push")));
}

TEST_F(HeadersFromRequestTest, BecomeHeadersOfEachRawLine) {
  Ask(Raw("", "1\n2", std::string(kEvent) + std::string(kNdjsonField)));
  EXPECT_THAT(sent, ElementsAre(ElementsAre("x-event=push"), ElementsAre("x-event=push")));
}

TEST_F(HeadersFromRequestTest, CountAsHeadersOfARecord) {
  const auto response =
      Ask(Send(R"({"topic":"t","value":1})", "x-1:\r\nx-2:\r\nx-3:\r\nx-4:\r\nx-5:\r\n"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(JsonOf(response)["errors"][0]["detail"].get<std::string>(),
              HasSubstr("5 of them copied from request headers (Records:HeadersFromRequest)"));
  EXPECT_TRUE(sent.empty());
}

TEST_F(HeadersFromRequestTest, CountAsBytesOfARecord) {
  const auto response =
      Ask(Send(R"({"topic":"t","value":1})", "X-A: " + std::string(97, 'a') + "\r\n"));
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(
      JsonOf(response)["detail"].get<std::string>(),
      HasSubstr("101 bytes of key, value and headers, 100 of them copied from request headers"));
}

TEST_F(HeadersFromRequestTest, AreAnErrorOfAllRawLinesOnce) {
  const auto response =
      Ask(Raw("", "1\n2\n3", std::string(kNdjsonField) + "X-A: " + std::string(98, 'a') + "\r\n"));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(JsonOf(response)["errors"].size(), 1U);
}

TEST_F(HeadersFromRequestTest, TakeTheirShareOfTheByteBudget) {
  producer.on_send = {};
  const auto taken = [this](std::string_view fields) {
    Begin(Send(R"({"topic":"t","value":1})", fields));
    const std::size_t bytes = admission.bytes();
    producer.sent.back()->Report(Stored(0, 1));
    static_cast<void>(Answer());
    return bytes;
  };
  EXPECT_EQ(taken("X-Event: push\r\n") - taken(""), sizeof(Header) + 11);
}

}  // namespace
}  // namespace gateway
