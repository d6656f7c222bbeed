// A client sees all errors of its request at once: those that the parser finds and those that the
// service finds.
#include <gtest/gtest.h>

#include <string>

#include "support/cpp/produce_controller_fixture.h"

namespace gateway {
namespace {

using testing::JsonOf;

class RefusalTest : public testing::ProduceControllerTest {
 protected:
  // The pointers of the errors in the answer to `request`, each followed by a space.
  std::string Places(const std::string& request) {
    std::string places;
    const auto problem = JsonOf(Ask(request));
    for (const auto& error : problem["errors"]) {
      places += error.value("parameter", error.value("pointer", ""));
      if (error.contains("line")) places += ":" + std::to_string(error["line"].get<int>());
      places += " ";
    }
    EXPECT_TRUE(producer.sent.empty());
    return places;
  }

  const std::string large = R"({"topic":"t","value":")" + std::string(101, 'x') + R"("})";
  const std::string forbidden = R"({"topic":"secret","value":1})";
};

TEST_F(RefusalTest, ListsAllErrorsOfABatchInItsOrder) {
  EXPECT_EQ(Places(Batch("[" + forbidden + R"(,{"value":1},{"topic":"..","value":2}])")),
            "/0/topic /1 /2/topic ");
  EXPECT_EQ(Places(Batch(R"([{"topic":1,"value":1},7,{"topic":"","key":1,"value":2}])")),
            "/0/topic /1 /2/key /2/topic ");
  EXPECT_EQ(Places(Batch("[" + large + R"(,{"topic":"t","partition":-1}])")),
            "/0 /1 /1/partition ");
}

TEST_F(RefusalTest, ListsWhatADefaultSaysOnce) {
  EXPECT_EQ(Places(Batch(R"({"messages":[{"value":1},{"value":1,"key":2},{"topic":".","value":1}],)"
                         R"("topic":"secret"})")),
            "/topic /messages/1/key /messages/2/topic ");
  EXPECT_EQ(Places(Batch(R"({"topic":1,"messages":[{"value":1},{"topic":".","value":1}]})")),
            "/topic /messages/1/topic ");
}

TEST_F(RefusalTest, ListsAllErrorsOfARecord) {
  EXPECT_EQ(Places(Send(R"({"topic":"..","timestamp":0,"key":1})")), "/key  /topic /timestamp ");
}

TEST_F(RefusalTest, ListsWhatIsWrongWithTheFirstOfTooManyRecords) {
  EXPECT_EQ(Places(Batch(R"([{"topic":"t"},{"topic":".","value":1},3,4,5])")), " /0 /1/topic /2 ");
  EXPECT_EQ(Places(Batch(R"({"topic":".","messages":[{"value":1},{},{"value":1},{}]})")),
            "/messages /topic /messages/1 ");
  EXPECT_EQ(Places(Batch(R"({"messages":[{"value":1},{},{"value":1},{}],"topic":"t"})")),
            "/messages /messages/1 ")
      << "the default may come behind what was read";
}

TEST_F(RefusalTest, ListsAllErrorsOfLinesInTheirOrder) {
  EXPECT_EQ(Places(Lines(forbidden + "\n\n{\"value\":1}\n{\"topic\":\"..\",\"value\":1}")),
            "/0/topic:1 /1:3 /2/topic:4 ");
}

TEST_F(RefusalTest, ListsAllErrorsOfARawRecord) {
  EXPECT_EQ(Places(Raw("?kye=1&partition=-1", std::string(101, 'x'), "", "a%20b")),
            "kye topic partition  ");
}

TEST_F(RefusalTest, ListsAllErrorsOfRawLinesAndSharedOnesOnce) {
  EXPECT_EQ(
      Places(Raw("?kye=1&partition=-1", "1\n" + std::string(101, 'x'), kNdjsonField, "secret")),
      "kye partition topic /1:2 ");
  EXPECT_EQ(Places(Raw("?partition=-1", "", kNdjsonField)), " partition ");
  EXPECT_EQ(Places(Raw("?kye=1", "1\n2\n3\n4", kNdjsonField, ".")), "kye  topic ");
}

TEST_F(RefusalTest, HasTheCodeOfItsMostImportantError) {
  const auto code = [this](const std::string& records) {
    return JsonOf(Ask(Batch("[" + records + "]")))["code"].get<std::string>();
  };
  const std::string incomplete = R"({"topic":"t"})";
  EXPECT_EQ(code(large), "RecordTooLarge");
  EXPECT_EQ(code(large + "," + forbidden), "TopicForbidden");
  EXPECT_EQ(code(large + "," + forbidden + "," + incomplete), "InvalidRecord");
  EXPECT_EQ(code(incomplete + "," + forbidden), "InvalidRecord");
  EXPECT_EQ(code(large + "," + large + "," + large + "," + large), "TooManyRecords");
  EXPECT_EQ(code(large + "," + forbidden + "," + large + "," + large), "TopicForbidden");
  EXPECT_EQ(code(incomplete + "," + large + "," + large + "," + large), "InvalidRecord");
}

}  // namespace
}  // namespace gateway
