#include <gtest/gtest.h>

#include <string>

#include "api/controllers/produce_controller.h"
#include "support/cpp/produce_controller_fixture.h"

namespace gateway {
namespace {

using testing::JsonOf;
using testing::NotStored;
using testing::ProduceControllerTest;
using testing::Stored;

TEST_F(ProduceControllerTest, RawBytesAreOneRecord) {
  Begin(Raw("?key=a%00&header=n:v", std::string_view("\0{", 2)));
  ASSERT_EQ(producer.sent.size(), 1U);
  const Record& record = producer.sent[0]->record();
  EXPECT_EQ(record.topic, "orders");
  EXPECT_EQ(record.key, std::string_view("a\0", 2));
  EXPECT_EQ(record.value, std::string_view("\0{", 2));
  EXPECT_EQ(record.headers.size(), 2U);
  producer.sent[0]->Report(Stored(2, 5));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(JsonOf(*response)["offset"], 5);
  ASSERT_EQ(metrics.requests.size(), 1U);
  EXPECT_EQ(metrics.requests[0].first, "/api/kafka/topics/{topic}") << "never a client's path";
}

TEST_F(ProduceControllerTest, ATopicInThePathIsDecodedAndChecked) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  EXPECT_EQ(JsonOf(Ask(Raw("", "v", "", "%6Frders")))["topic"], "orders");
  for (const char* bad : {"a%20b", "%2e%2e", ".", "a%2Fb", "%C3%A4"}) {
    const auto response = Ask(Raw("", "v", "", bad));
    EXPECT_EQ(response.status, 400) << bad;
    EXPECT_EQ(JsonOf(response)["errors"][0]["parameter"], "topic");
    EXPECT_FALSE(JsonOf(response)["errors"][0].contains("pointer"));
  }
  EXPECT_EQ(Ask(Raw("", "v", "", "secret")).status, 403);
  EXPECT_EQ(Ask(Raw("", "v", "", "__consumer_offsets")).status, 403);
}

TEST_F(ProduceControllerTest, ErrorsOfRawRecordsNameTheirParameter) {
  EXPECT_EQ(JsonOf(Ask(Raw("?partition=-1", "v")))["errors"][0]["parameter"], "partition");
  EXPECT_EQ(JsonOf(Ask(Raw("?timestamp=0", "v")))["errors"][0]["parameter"], "timestamp");
  const auto headers =
      JsonOf(Ask(Raw("?header=a:&header=a:&header=a:&header=a:&header=a:", "v", "")));
  EXPECT_EQ(headers["errors"][0]["parameter"], "header");
  EXPECT_EQ(Ask(Raw("", std::string(101, 'x'))).status, 413);
  EXPECT_EQ(Ask(Raw("?unknown=1", "v")).status, 400);
  EXPECT_TRUE(producer.sent.empty());
}

TEST_F(ProduceControllerTest, RawLinesAreABatch) {
  Begin(Raw("?key=k", "one\n\ntwo\n", kNdjsonField));
  ASSERT_EQ(producer.sent.size(), 2U);
  EXPECT_EQ(producer.sent[1]->record().value, "two");
  EXPECT_TRUE(producer.sent[1]->record().headers.empty());
  producer.sent[0]->Report(NotStored(ErrorCode::kOverloaded));
  producer.sent[1]->Report(Stored(0, 9));
  const auto response = Answer();
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 207);
  EXPECT_EQ(JsonOf(*response)["results"][0]["orderGap"], true);
  EXPECT_EQ(JsonOf(*response)["results"][1]["line"], 3);
}

TEST_F(ProduceControllerTest, LinesHaveManyNamesAndAreAnsweredByTheOneThatWasAskedFor) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  const std::string accept = "Accept: application/jsonl\r\n";
  const auto raw = Ask(Raw("", "1\n2", "Content-Type: application/jsonlines\r\n" + accept));
  EXPECT_EQ(raw.content_type, "application/jsonl");
  EXPECT_EQ(raw.error_type, "");
  const auto batch = Ask(Send("[{\"topic\":\"t\",\"value\":1}]", accept, "/api/kafka/send/batch"));
  EXPECT_EQ(batch.content_type, "application/jsonl");
}

TEST_F(ProduceControllerTest, BodiesThatAreNotTheIntendedValueAreRefused) {
  EXPECT_EQ(Ask(Raw("", "--x--", "Content-Type: multipart/form-data; boundary=x\r\n")).status, 415);
  EXPECT_EQ(Ask(Raw("", "{}", "Content-Type: application/vnd.kafka.json.v2+json\r\n")).status, 415);
  EXPECT_EQ(Ask(Raw("", "", "")).status, 400);
  EXPECT_TRUE(producer.sent.empty());
}

TEST_F(ProduceControllerTest, AnErrorSharedByAllRawLinesIsListedOnce) {
  const auto shared = JsonOf(Ask(Raw("?partition=-1", "1\n2\n3", kNdjsonField, "secret")));
  EXPECT_EQ(shared["errors"].size(), 2U);
  EXPECT_EQ(shared["errors"][0]["parameter"], "partition");
  const auto one = Ask(Raw("", "1\n\n" + std::string(101, 'x'), kNdjsonField));
  EXPECT_EQ(one.status, 413);
  EXPECT_EQ(JsonOf(one)["errors"][0]["pointer"], "/1");
  EXPECT_EQ(JsonOf(one)["errors"][0]["line"], 3);
  EXPECT_EQ(Ask(Raw("", "1\n2\n3\n4", kNdjsonField)).status, 413);
  EXPECT_TRUE(producer.sent.empty());
}

TEST_F(ProduceControllerTest, AnArrayThatIsSplitIsABatch) {
  const std::string json = "Content-Type: application/json\r\n";
  Begin(Raw("?split=array&key=k", "[{\"a\": 1}, null]", json));
  ASSERT_EQ(producer.sent.size(), 2U);
  EXPECT_EQ(producer.sent[0]->record().value, "{\"a\": 1}");
  EXPECT_EQ(producer.sent[1]->record().value, "null") << "no tombstone";
  EXPECT_EQ(producer.sent[1]->record().key, "k");
  for (PendingRecord* record : producer.sent) record->Report(Stored(0, 9));
  const auto stored = JsonOf(*Answer());
  EXPECT_EQ(stored["results"][1]["index"], 1);
  EXPECT_FALSE(stored["results"][1].contains("line"));

  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 9)); };
  const auto minimal = Ask(Raw("?split=array", "[1,2]", json + "Prefer: return=minimal\r\n"));
  EXPECT_EQ(JsonOf(minimal)["partitions"][0]["count"], 2);
  const auto accepted = Ask(Raw("?split=array", "[1,2]", json + "Prefer: respond-async\r\n"));
  EXPECT_EQ(accepted.status, 202);
  EXPECT_EQ(JsonOf(accepted)["total"], 2);

  EXPECT_EQ(Ask(Raw("?split=array", "[1,2,3,4]", json)).status, 413);
  EXPECT_EQ(Ask(Raw("?split=array", "[1,]", json)).status, 400);
  EXPECT_EQ(Ask(Raw("?split=array", "[1]", json, "secret")).status, 403);
  const auto errors = JsonOf(
      Ask(Raw("?split=array&partition=-1", "[1,\"" + std::string(101, 'x') + "\"]", json, ".")));
  ASSERT_EQ(errors["errors"].size(), 3U);
  EXPECT_EQ(errors["errors"][0]["parameter"], "topic");
  EXPECT_EQ(errors["errors"][1]["parameter"], "partition");
  EXPECT_EQ(errors["errors"][2]["pointer"], "/1");
}

TEST_F(ProduceControllerTest, APageOfAnotherOriginCannotWriteAsAFormCould) {
  producer.on_send = [](PendingRecord* record) { record->Report(Stored(0, 1)); };
  const auto status = [this](const std::string& fields) {
    return Ask(Raw("", "v", fields)).status;
  };
  const std::string plain = "Content-Type: Text/Plain;charset=utf-8\r\n";
  const std::string evil = "Origin: http://evil.example\r\n";
  EXPECT_EQ(status(plain + evil), 403);
  EXPECT_EQ(status(evil), 403) << "a Blob without a type";
  EXPECT_EQ(status("Content-Type: application/x-www-form-urlencoded\r\n" + evil), 403);
  EXPECT_EQ(status("Content-Type: multipart/form-data; boundary=x\r\n" + evil), 403);
  EXPECT_EQ(status(plain + "Origin: null\r\n"), 403);
  EXPECT_EQ(status(plain + evil + "Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(status(plain), 200) << "no browser";
  EXPECT_EQ(status(plain + "Origin: http://gateway:8080\r\n"), 200) << "Swagger UI";
  EXPECT_EQ(status(plain + evil + "Sec-Fetch-Site: same-origin\r\n"), 200)
      << "behind a proxy that changes Host";
  EXPECT_EQ(status("Content-Type: application/octet-stream\r\n" + evil), 200)
      << "the browser has asked";
}

}  // namespace
}  // namespace gateway
