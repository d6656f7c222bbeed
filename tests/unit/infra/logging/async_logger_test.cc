#include "infra/logging/async_logger.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <future>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "service/ports/logger.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kLong(60'000);  // reached only when a test fails

// Collects lines; while it is shut, the log thread waits. Read it after Flush or destruction.
class Gate {
 public:
  bool Write(std::string_view lines) {
    entered_.set_value_once();
    open_future_.wait();
    text_ += lines;
    return true;
  }
  void Open() { open_.set_value(); }
  void WaitUntilEntered() { entered_.wait(); }
  const std::string& text() const { return text_; }

 private:
  struct Once {
    void set_value_once() {
      if (!std::exchange(done, true)) promise.set_value();
    }
    void wait() { promise.get_future().wait(); }
    bool done = false;
    std::promise<void> promise;
  };
  Once entered_;
  std::promise<void> open_;
  std::shared_future<void> open_future_ = open_.get_future().share();
  std::string text_;
};

class AsyncLoggerTest : public ::testing::Test {
 protected:
  LoggerOptions ToText() {
    LoggerOptions options;
    options.sink = [this](std::string_view lines) {
      text_ += lines;
      return true;
    };
    return options;
  }
  LoggerOptions ToGate(Gate& gate) {
    LoggerOptions options;
    options.sink = [&gate](std::string_view lines) { return gate.Write(lines); };
    return options;
  }

  testing::FakeClock clock_;
  std::string text_;  // read it after Flush or destruction
};

std::vector<nlohmann::json> Parse(const std::string& text) {
  std::vector<nlohmann::json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
  return lines;
}

TEST_F(AsyncLoggerTest, WritesLinesInOrderWithTheTimeOfTheCall) {
  AsyncLogger logger(clock_, ToText());
  logger.Log(LogLevel::kInformation, "first", "One.");
  clock_.Advance(milliseconds(5));
  logger.Log(LogLevel::kError, "second", "Two.", {{"n", std::int64_t{2}}});
  ASSERT_TRUE(logger.Flush(kLong));
  EXPECT_EQ(text_,
            "{\"timestamp\":\"2023-11-14T22:13:20.000Z\",\"level\":\"information\","
            "\"event\":\"first\",\"message\":\"One.\"}\n"
            "{\"timestamp\":\"2023-11-14T22:13:20.005Z\",\"level\":\"error\","
            "\"event\":\"second\",\"message\":\"Two.\",\"n\":2}\n");
}

TEST_F(AsyncLoggerTest, WritesTextWhenAskedTo) {
  LoggerOptions options = ToText();
  options.format = LogFormat::kText;
  AsyncLogger logger(clock_, options);
  logger.Log(LogLevel::kWarning, "an-event", "A sentence.");
  ASSERT_TRUE(logger.Flush(kLong));
  EXPECT_EQ(text_, "22:13:20.000 WARN  an-event  A sentence.\n");
}

TEST_F(AsyncLoggerTest, LeavesOutLinesBelowItsLevel) {
  AsyncLogger logger(clock_, ToText());
  EXPECT_FALSE(logger.Enabled(LogLevel::kDebug));
  EXPECT_TRUE(logger.Enabled(LogLevel::kInformation));
  logger.Log(LogLevel::kDebug, "hidden", "");
  logger.Log(LogLevel::kInformation, "shown", "");
  ASSERT_TRUE(logger.Flush(kLong));
  ASSERT_EQ(Parse(text_).size(), 1U);
  EXPECT_EQ(Parse(text_)[0].at("event"), "shown");
}

TEST_F(AsyncLoggerTest, WritesWhatIsQueuedWhenItIsDestroyed) {
  {
    AsyncLogger logger(clock_, ToText());
    for (int i = 0; i < 100; ++i) logger.Log(LogLevel::kInformation, "e", std::to_string(i));
  }
  ASSERT_EQ(Parse(text_).size(), 100U);
  EXPECT_EQ(Parse(text_)[99].at("message"), "99");
}

TEST_F(AsyncLoggerTest, ACriticalLineIsWrittenBeforeLogReturns) {
  LoggerOptions options = ToText();
  options.critical_wait = kLong;
  AsyncLogger logger(clock_, options);
  logger.Log(LogLevel::kCritical, "the-end", "It is over.");
  EXPECT_THAT(text_, HasSubstr("the-end"));
}

TEST_F(AsyncLoggerTest, AStuckSinkDoesNotBlockACallerNotEvenWithACriticalLine) {
  Gate gate;
  LoggerOptions options = ToGate(gate);
  options.critical_wait = milliseconds(1);
  {
    AsyncLogger logger(clock_, options);
    logger.Log(LogLevel::kInformation, "a", "");
    gate.WaitUntilEntered();
    logger.Log(LogLevel::kInformation, "b", "");
    logger.Log(LogLevel::kCritical, "c", "");
    EXPECT_FALSE(logger.Flush(milliseconds(1)));
    gate.Open();
  }
  EXPECT_EQ(Parse(gate.text()).size(), 3U);
}

TEST_F(AsyncLoggerTest, DropsAndCountsLinesThatDoNotFitAndSaysSoInTheLog) {
  Gate gate;
  LoggerOptions options = ToGate(gate);
  options.max_queue_bytes = 1000;
  {
    AsyncLogger logger(clock_, options);
    logger.Log(LogLevel::kInformation, "being-written", "");
    gate.WaitUntilEntered();
    const std::string message(300, 'x');
    for (int i = 0; i < 5; ++i) logger.Log(LogLevel::kInformation, "e", message);
    EXPECT_EQ(logger.dropped(), 3U);  // a line is close to 400 bytes
    gate.Open();
  }
  const std::vector<nlohmann::json> lines = Parse(gate.text());
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[3].at("event"), "log-lines-dropped");
  EXPECT_EQ(lines[3].at("count"), 3);
}

TEST_F(AsyncLoggerTest, ACriticalLineStillFitsIntoAFullQueue) {
  Gate gate;
  LoggerOptions options = ToGate(gate);
  options.max_queue_bytes = 0;
  options.critical_wait = milliseconds(0);
  {
    AsyncLogger logger(clock_, options);
    logger.Log(LogLevel::kError, "dropped", "");
    logger.Log(LogLevel::kCritical, "kept", "");
    EXPECT_EQ(logger.dropped(), 1U);
    gate.Open();
  }
  EXPECT_EQ(Parse(gate.text())[0].at("event"), "kept");
}

TEST_F(AsyncLoggerTest, CountsLinesThatTheSinkLost) {
  LoggerOptions options;
  options.sink = [](std::string_view) { return false; };
  AsyncLogger logger(clock_, options);
  for (int i = 0; i < 3; ++i) logger.Log(LogLevel::kInformation, "e", "");
  ASSERT_TRUE(logger.Flush(kLong));
  EXPECT_EQ(logger.dropped(), 3U);
}

TEST_F(AsyncLoggerTest, AStuckReaderDoesNotBlockTheDestructor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  LoggerOptions options;
  options.descriptor = ends[1];
  options.shutdown_wait = milliseconds(0);
  {
    AsyncLogger logger(clock_, options);
    logger.Log(LogLevel::kInformation, "e", std::string(1'000'000, 'x'));  // a pipe takes 65,536
  }
  close(ends[0]);
  close(ends[1]);
}

TEST_F(AsyncLoggerTest, WritesFromAThreadThatIsNamedLog) {
  char name[16] = "";
  LoggerOptions options;
  options.sink = [&name](std::string_view) {
    return pthread_getname_np(pthread_self(), name, sizeof name) == 0;
  };
  AsyncLogger logger(clock_, options);
  logger.Log(LogLevel::kInformation, "e", "");
  ASSERT_TRUE(logger.Flush(kLong));
  EXPECT_STREQ(name, "log");
}

TEST_F(AsyncLoggerTest, LinesOfTwoThreadsAreWholeAndEachThreadsAreInOrder) {
  constexpr int kEach = 5'000;
  {
    AsyncLogger logger(clock_, ToText());
    std::vector<std::thread> threads;
    for (const char* const name : {"a", "b"}) {
      threads.emplace_back([&logger, name] {
        for (std::int64_t i = 0; i < kEach; ++i) {
          logger.Log(LogLevel::kInformation, name, "A sentence.", {{"i", i}});
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(logger.dropped(), 0U);
  }
  std::map<std::string, int> next;
  for (const nlohmann::json& line : Parse(text_)) {
    EXPECT_EQ(line.at("i"), next[line.at("event")]++);
  }
  EXPECT_EQ(next["a"], kEach);
  EXPECT_EQ(next["b"], kEach);
}

TEST_F(AsyncLoggerTest, WrittenAndDroppedLinesAddUpWhenThreadsOverflowTheQueue) {
  constexpr std::size_t kEach = 5'000;
  LoggerOptions options = ToText();
  options.max_queue_bytes = 2'000;
  std::uint64_t dropped = 0;
  {
    AsyncLogger logger(clock_, options);
    const auto log = [&logger] {
      for (std::size_t i = 0; i < kEach; ++i) logger.Log(LogLevel::kInformation, "e", "m");
    };
    std::thread one(log);
    std::thread two(log);
    one.join();
    two.join();
    dropped = logger.dropped();
  }
  std::size_t written = 0;
  for (const nlohmann::json& line : Parse(text_)) {
    if (line.at("event") == "e") ++written;
  }
  EXPECT_EQ(written + dropped, 2 * kEach);
}

}  // namespace
}  // namespace gateway
