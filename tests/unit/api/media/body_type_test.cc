#include "api/media/body_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "api/media/negotiation.h"

namespace gateway {
namespace {

using ::testing::HasSubstr;

constexpr std::array<std::string_view, 1> kSend = {kJson};
constexpr std::array<std::string_view, 2> kBatch = {kJson, kNdjson};
constexpr std::array<std::string_view, 1> kRaw = {kAnyMediaType};

// Why the route does not take a body of that type, "" if it does.
std::string Why(std::string_view type, std::span<const std::string_view> wanted) {
  http::RequestHead head;
  head.fields = {{"Content-Type", type}};
  return WhyNotTaken(head, wanted).value_or("");
}

TEST(WhyNotTaken, ComparesTheTypeWithoutCaseAndParameters) {
  EXPECT_EQ(Why("Application/JSON ; a=b", kSend), "");
  EXPECT_EQ(Why("application/jsonx", kSend),
            "This path requires Content-Type: application/json; the request has "
            "\"application/jsonx\".");
  EXPECT_THAT(Why("text/json", kBatch), HasSubstr("application/json or application/x-ndjson;"));
  EXPECT_THAT(WhyNotTaken({}, kSend).value_or(""), HasSubstr("the request has none."));
  EXPECT_FALSE(WhyNotTaken({}, kRaw));
  EXPECT_EQ(Why("anything", kRaw), "");
}

TEST(WhyNotTaken, TakesLinesByEachOfTheirNamesWhereTheyAreTaken) {
  for (const std::string name : {"ndjson", "jsonl", "jsonlines"}) {
    for (const std::string prefix : {"application/", "application/x-", "Application/X-"}) {
      EXPECT_EQ(Why(prefix + name, kBatch), "");
      EXPECT_NE(Why(prefix + name, kSend), "");
    }
  }
  EXPECT_NE(Why("application/x-jsonlin", kBatch), "");
}

TEST(WhyNotTaken, ExplainsToRestProxyClientsWhatToSend) {
  for (const char* type : {"application/vnd.kafka.json.v2+json", "application/vnd.kafka.v2+json",
                           "Application/Vnd.Kafka.Avro.V2+JSON; charset=utf-8"}) {
    for (const auto wanted :
         {std::span<const std::string_view>(kSend), std::span<const std::string_view>(kBatch),
          std::span<const std::string_view>(kRaw)}) {
      const std::string why = Why(type, wanted);
      EXPECT_THAT(why, HasSubstr("to /api/kafka/send, or many,"));
      EXPECT_THAT(why, HasSubstr(R"({"topic": "orders", "messages": [{)"));
    }
  }
  EXPECT_EQ(Why("application/vnd.kafka.json.v2", kRaw), "");
}

TEST(WhyNotTaken, StoresNoMultipartForm) {
  EXPECT_THAT(Why("multipart/form-data; boundary=x", kRaw), HasSubstr("--data-binary"));
  EXPECT_THAT(Why("Multipart/Mixed", kRaw), HasSubstr("\"Multipart/Mixed\""));
  EXPECT_EQ(Why("multipartial/x", kRaw), "");
}

TEST(WhyNotTaken, JsonAndLinesAreUtf8AndRawBytesAreAnything) {
  for (const std::string charset : {"UTF-8", "utf8", "\"utf-8\"", "us-ascii"}) {
    EXPECT_EQ(Why("application/json;charset=" + charset, kSend), "") << charset;
    EXPECT_EQ(Why("application/x-ndjson; a=\";\"; Charset=" + charset, kRaw), "") << charset;
  }
  for (const std::string charset : {"iso-8859-1", "utf-16", "\"\"", ""}) {
    EXPECT_THAT(Why("application/json; charset=" + charset, kSend), HasSubstr("charset=utf-8"));
    EXPECT_THAT(Why("application/jsonl; charset=" + charset, kBatch), HasSubstr("charset=utf-8"));
    EXPECT_THAT(Why("application/ndjson; charset=" + charset, kRaw), HasSubstr("charset=utf-8"));
    EXPECT_EQ(Why("text/plain; charset=" + charset, kRaw), "");
  }
}

}  // namespace
}  // namespace gateway
