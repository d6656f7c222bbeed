#include "api/format/format_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "api/native/native_formats.h"

namespace gateway {
namespace {

using ::testing::HasSubstr;

using Formats = std::vector<const WireFormat*>;

const Formats kSend = NativeRoutes()[0].formats;
const Formats kBatch = NativeRoutes()[1].formats;
const Formats kRaw = NativeRoutes()[2].formats;

// The reason why no format reads a body of that type, "" if one does.
std::string Why(std::string_view type, const Formats& formats) {
  http::RequestHead head;
  head.fields = {{"Content-Type", type}};
  const auto format = SelectFormat(head, formats);
  return format.ok() ? "" : format.error();
}

TEST(SelectFormat, PrefersTheFormatThatNamesTheTypeToOneThatReadsAny) {
  http::RequestHead head;
  EXPECT_EQ(SelectFormat(head, kRaw).value(), kRaw[1]) << "no media type";
  head.fields = {{"Content-Type", "application/x-ndjson"}};
  EXPECT_EQ(SelectFormat(head, kBatch).value(), kBatch[1]);
  EXPECT_EQ(SelectFormat(head, kRaw).value(), kRaw[0]);
  EXPECT_EQ(SelectFormat(head, Formats{kRaw[1], kRaw[0]}).value(), kRaw[0]) << "in any order";
  head.fields = {{"Content-Type", "application/json"}};
  EXPECT_EQ(SelectFormat(head, kBatch).value(), kBatch[0]);
  EXPECT_EQ(SelectFormat(head, kRaw).value(), kRaw[1]);
  EXPECT_TRUE(ReadsAnyMediaType(kRaw));
  EXPECT_FALSE(ReadsAnyMediaType(kBatch));
}

TEST(SelectFormat, ComparesTheTypeWithoutCaseAndParameters) {
  EXPECT_EQ(Why("Application/JSON ; a=b", kSend), "");
  EXPECT_EQ(Why("application/jsonx", kSend),
            "This path requires Content-Type: application/json; the request has "
            "\"application/jsonx\".");
  EXPECT_THAT(Why("text/json", kBatch), HasSubstr("application/json or application/x-ndjson;"));
  EXPECT_THAT(SelectFormat({}, kSend).error(), HasSubstr("the request has none."));
  EXPECT_TRUE(SelectFormat({}, kRaw).ok());
  EXPECT_EQ(Why("anything", kRaw), "");
}

TEST(SelectFormat, TakesLinesByEachOfTheirNamesWhereTheyAreTaken) {
  for (const std::string name : {"ndjson", "jsonl", "jsonlines"}) {
    for (const std::string prefix : {"application/", "application/x-", "Application/X-"}) {
      EXPECT_EQ(Why(prefix + name, kBatch), "");
      EXPECT_NE(Why(prefix + name, kSend), "");
    }
  }
  EXPECT_NE(Why("application/x-jsonlin", kBatch), "");
}

TEST(SelectFormat, ExplainsToRestProxyClientsWhatToSend) {
  for (const char* type : {"application/vnd.kafka.json.v2+json", "application/vnd.kafka.v2+json",
                           "Application/Vnd.Kafka.Avro.V2+JSON; charset=utf-8"}) {
    for (const Formats& wanted : {kSend, kBatch, kRaw}) {
      const std::string why = Why(type, wanted);
      EXPECT_THAT(why, HasSubstr("to /api/kafka/send, or many,"));
      EXPECT_THAT(why, HasSubstr(R"({"topic": "orders", "messages": [{)"));
    }
  }
  EXPECT_EQ(Why("application/vnd.kafka.json.v2", kRaw), "");
}

TEST(SelectFormat, StoresNoMultipartForm) {
  EXPECT_THAT(Why("multipart/form-data; boundary=x", kRaw), HasSubstr("--data-binary"));
  EXPECT_THAT(Why("Multipart/Mixed", kRaw), HasSubstr("\"Multipart/Mixed\""));
  EXPECT_EQ(Why("multipartial/x", kRaw), "");
}

TEST(SelectFormat, JsonAndLinesAreUtf8AndRawBytesAreAnything) {
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
