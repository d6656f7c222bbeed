#include "infra/kafka/client/client_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "service/ports/logger.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;

class ClientLogTest : public ::testing::Test {
 protected:
  void Fail(const std::string& broker, int milliseconds) {
    log_.OnLog(3, "FAIL",
               "[thrd:" + broker + "]: " + broker +
                   ": Connect to ipv4#192.0.2.1:9092 failed: " + "Connection refused (after " +
                   std::to_string(milliseconds) + "ms in state CONNECT)");
  }
  void Pass(int times) {
    for (int i = 0; i < times; ++i) {
      clock_.Advance(seconds(1));
      log_.Tick();
    }
  }
  // The warnings so far, each as the number of its repeats, or "" if it has none.
  std::vector<std::string> Repeats() const {
    std::vector<std::string> repeats;
    for (const auto& line : logger_.lines) {
      if (line.level != LogLevel::kWarning) continue;
      const auto found = line.fields.find("repeated");
      repeats.push_back(found == line.fields.end() ? "" : found->second);
    }
    return repeats;
  }

  testing::FakeLogger logger_;
  testing::FakeClock clock_;
  ClientLog log_{logger_, clock_};
};

TEST_F(ClientLogTest, LinesThatDifferInNumbersOnlyAreWrittenOnceAMinute) {
  Fail("broker-1:9092/1", 0);
  Fail("broker-1:9092/1", 12);
  EXPECT_THAT(Repeats(), ElementsAre(""));
  EXPECT_EQ(logger_.lines[1].level, LogLevel::kDebug) << "for those who want every one";
}

TEST_F(ClientLogTest, TheNextLineHasTheNumberOfRepeats) {
  Fail("broker-1:9092/1", 0);
  for (int i = 0; i < 41; ++i) Fail("broker-1:9092/1", i);
  clock_.Advance(seconds(60));
  Fail("broker-1:9092/1", 7);
  EXPECT_THAT(Repeats(), ElementsAre("", "41"));
  Fail("broker-1:9092/1", 8);
  clock_.Advance(seconds(60));
  Fail("broker-1:9092/1", 9);
  EXPECT_THAT(Repeats(), ElementsAre("", "41", "1"));
}

TEST_F(ClientLogTest, WhenNoneComesTheRepeatsAreLoggedAllTheSame) {
  Fail("broker-1:9092/1", 0);
  Fail("broker-1:9092/1", 1);
  Fail("broker-1:9092/1", 2);
  Pass(59);
  EXPECT_THAT(Repeats(), ElementsAre(""));
  Pass(1);
  EXPECT_THAT(Repeats(), ElementsAre("", "2"));
  EXPECT_NE(logger_.lines.back().message.find("after 2ms"), std::string::npos);
  Pass(300);
  EXPECT_THAT(Repeats(), ElementsAre("", "2")) << "once is enough";
  Fail("broker-1:9092/1", 3);
  EXPECT_THAT(Repeats(), ElementsAre("", "2", "")) << "a new story";
}

TEST_F(ClientLogTest, AMessageLoggedAndReportedAsAnEventIsWrittenAndCountedOnce) {
  for (int i = 0; i < 3; ++i) {
    Fail("broker-1:9092/1", i);
    log_.OnError(RD_KAFKA_RESP_ERR__TRANSPORT,
                 "broker-1:9092/1: Connect to ipv4#192.0.2.1:9092 failed: Connection refused "
                 "(after 0ms in state CONNECT, 2 identical error(s) suppressed)");
  }
  EXPECT_THAT(Repeats(), ElementsAre(""));
  EXPECT_TRUE(logger_.lines[0].message.starts_with("broker-1:9092/1: Connect to"))
      << "the thread's name says nothing more";
  Pass(60);
  EXPECT_THAT(Repeats(), ElementsAre("", "2"));
}

TEST_F(ClientLogTest, EachBrokerAndEachCauseHasALineOfItsOwn) {
  Fail("broker-1:9092/1", 0);
  Fail("broker-2:9092/2", 0);
  log_.OnLog(3, "FAIL", "[thrd:broker-1:9092/1]: broker-1:9092/1: Disconnected (after 5ms)");
  log_.OnLog(4, "OTHER", "something else");
  EXPECT_THAT(Repeats(), ElementsAre("", "", "", ""));
}

TEST_F(ClientLogTest, AFloodOfDifferentLinesLosesNoCount) {
  Fail("broker-1:9092/1", 0);
  Fail("broker-1:9092/1", 0);
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'k'; ++b) log_.OnLog(4, "X", std::string({a, b}));
  }
  const std::vector<std::string> repeats = Repeats();
  EXPECT_EQ(repeats.size(), 1U + 26U * 11U + 1U);
  EXPECT_EQ(std::count(repeats.begin(), repeats.end(), "1"), 1);
}

}  // namespace
}  // namespace gateway
