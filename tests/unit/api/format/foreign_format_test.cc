// A foreign wire format needs only its own files and a line in a list: this test registers a toy
// format, with the service, the pipeline and the controller unchanged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/native/native_formats.h"
#include "support/cpp/produce_controller_fixture.h"

namespace gateway {
namespace {

using testing::HeaderOf;
using testing::Stored;

constexpr std::array<std::string_view, 1> kCsvNames = {"text/csv"};
constexpr MediaTypes kCsv{kCsvNames, true};

class CsvPlaces final : public RecordPlaces {
 public:
  ErrorDetail Locate(std::size_t index, const Record&, std::string_view member) const override {
    ErrorDetail place;
    place.pointer = "row " + std::to_string(index + 1) + std::string(member);
    place.record = index;
    return place;
  }
};

// "key,value" in each row; the answer is an offset in each row.
class CsvFormat final : public WireFormat {
 public:
  const MediaTypes& media_types() const override { return kCsv; }

  Result<ProduceRequest, Problem> Parse(WireRequest request) const override {
    if (!request.body.ends_with('\n')) {
      return Problem(ProblemType::kInvalidRecord, "The last row has no end.");
    }
    ProduceRequest parsed;
    parsed.places = std::make_shared<CsvPlaces>();
    parsed.batch.SetBody(std::move(request.body));
    const std::string_view topic = parsed.batch.Keep(request.path.Find("topic").value_or(""));
    std::string_view rest = parsed.batch.body;
    while (!rest.empty()) {
      const std::string_view row = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(row.size() + 1);
      Record& record = parsed.batch.records.emplace_back();
      record.topic = topic;
      record.key = row.substr(0, row.find(','));
      record.value = row.substr(row.find(',') + 1);
    }
    return parsed;
  }

  Result<ProduceAnswer, Problem> Answer(const ProduceOperation& operation,
                                        const AnswerOptions&) const override {
    ProduceAnswer answer;
    answer.response.content_type = kCsvNames[0];
    for (std::size_t i = 0; i < operation.size(); ++i) {
      const DeliveryReport& outcome = operation.outcome(i);
      if (!outcome.ok()) return Problem::FromError(outcome.error());
      answer.response.body += std::to_string(outcome.value().offset.value_or(-1)) + "\n";
    }
    return answer;
  }

  http::Response Accepted(std::size_t) const override { return {}; }
};

class CsvErrors final : public ErrorFormat {
 public:
  std::string_view content_type() const override { return kCsvNames[0]; }
  void Append(const Problem& problem, std::string_view, std::string_view,
              std::string* out) const override {
    out->append("error,").append(problem.detail);
    for (const ErrorDetail& error : problem.errors) out->append(",").append(error.pointer);
  }
};

const CsvFormat kFormat;
const CsvErrors kErrors;

class ForeignFormat : public testing::ProduceControllerTest {
 protected:
  ForeignFormat() {
    controller.AddRoutes({{"/{tenant}/topics/{topic}/rows", {&kFormat}, &kErrors}}, &router);
  }
  static std::string Rows(std::string_view body, std::string_view type = "text/csv",
                          std::string_view topic = "orders") {
    return "POST /acme/topics/" + std::string(topic) +
           "/rows HTTP/1.1\r\nHost: h\r\nContent-Type: " + std::string(type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
  }
};

TEST_F(ForeignFormat, ReadsItsRequestsAndWritesItsAnswers) {
  Begin(Rows("k1,a\nk2,b\n"));
  ASSERT_EQ(producer.sent.size(), 2U);
  EXPECT_EQ(producer.sent[0]->record().topic, "orders");
  EXPECT_EQ(producer.sent[1]->record().key, "k2");
  EXPECT_EQ(producer.sent[1]->record().value, "b");
  producer.sent[0]->Report(Stored(0, 7));
  producer.sent[1]->Report(Stored(0, 8));
  const auto response = Answer();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->content_type, "text/csv");
  EXPECT_EQ(response->body, "7\n8\n");
}

TEST_F(ForeignFormat, WritesEveryErrorOfItsRouteInItsOwnWay) {
  EXPECT_EQ(Ask(Rows("k1,a")).body, "error,The last row has no end.");
  const auto unknown = Ask(Rows("[]", "application/json"));
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(
      unknown.body,
      "error,This path requires Content-Type: text/csv; the request has \"application/json\".");
  const auto forbidden = Ask(Rows("k1,a\n", "text/csv", "secret"));
  EXPECT_EQ(forbidden.status, 403);
  EXPECT_THAT(forbidden.body, ::testing::EndsWith(",row 1/topic"));

  Begin(Rows("k1,a\n"));
  producer.sent[0]->Report(testing::NotStored(ErrorCode::kBrokersUnavailable));
  const auto failed = Answer();
  ASSERT_TRUE(failed.has_value());
  EXPECT_EQ(failed->status, 503);
  EXPECT_EQ(failed->content_type, "text/csv");
  EXPECT_EQ(HeaderOf(*failed, "Retry-After"), "2");
  EXPECT_TRUE(failed->body.starts_with("error,"));
}

TEST_F(ForeignFormat, SharesAPathWithTheGatewaysOwn) {
  std::vector<const WireFormat*> formats = NativeRoutes()[0].formats;
  formats.push_back(&kFormat);
  controller.AddRoutes({{"/both/{topic}", formats, &kErrors}}, &router);
  const auto ask = [this](std::string_view type, std::string_view body) {
    Begin("POST /both/orders HTTP/1.1\r\nHost: h\r\nContent-Type: " + std::string(type) +
          "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
  };
  ask("application/json", R"({"topic":"t","value":"json"})");
  ask("text/csv", "k,csv\n");
  ASSERT_EQ(producer.sent.size(), 2U);
  EXPECT_EQ(producer.sent[0]->record().value, "json");
  EXPECT_EQ(producer.sent[1]->record().value, "csv");
  for (PendingRecord* const record : producer.sent) record->Report(Stored(0, 1));
}

}  // namespace
}  // namespace gateway
