// A verdict on a head that comes after OnHead has returned: how the connection behaves meanwhile
// and afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/cpp/http_server.h"
#include "support/cpp/scripted_connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedConnection;

constexpr std::string_view kHead = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n";

HeadVerdict Proceed(const RequestHead&) { return {}; }

HeadVerdict Forbid(const RequestHead& head) {
  HeadVerdict verdict;
  verdict.answer.emplace();
  verdict.answer->status = 403;
  verdict.answer->body = "not " + std::string(head.path);
  return verdict;
}

class LateVerdict : public ::testing::Test {
 protected:
  LateVerdict() {
    connection.handler.on_head = [this](const RequestHead& head) {
      HeadVerdict verdict;
      if (head.path != "/now") {
        verdict.later = [this](VerdictHandle made) { handle = std::move(made); };
      }
      return verdict;
    };
  }
  void Arrive(std::string_view bytes) {
    connection.Arrive(bytes);
    connection.RunUntilQuiet();
  }
  void Decide(VerdictHandle::Decision decision) {
    handle.Decide(std::move(decision));
    connection.RunUntilQuiet();
  }
  static ConnectionLimits Limits() {
    ConnectionLimits limits;
    limits.verdict_timeout = milliseconds(500);
    limits.body_timeout = milliseconds(1'000);
    return limits;
  }

  VerdictHandle handle;
  ScriptedConnection connection{Limits()};
};

TEST_F(LateVerdict, TheBodyIsReadAfterIt) {
  Arrive(std::string(kHead) + "\r\nhe");
  connection.Arrive("llo");
  connection.RunUntilQuiet();
  EXPECT_EQ(connection.unread(), 3U) << "what was not read holds the client back";
  EXPECT_TRUE(connection.handler.bodies.empty());
  Decide(Proceed);
  EXPECT_THAT(connection.handler.bodies, ElementsAre("hello"));
  EXPECT_EQ(connection.handler.answers, 1U);
}

TEST_F(LateVerdict, ByteByByteIsTheSame) {
  connection.Drip(std::string(kHead) + "\r\nhello");
  connection.RunUntilQuiet();
  EXPECT_EQ(connection.unread(), 5U);
  Decide(Proceed);
  EXPECT_THAT(connection.handler.bodies, ElementsAre("hello"));
}

TEST_F(LateVerdict, ItMayRefuseAndSeesTheHead) {
  Arrive(std::string(kHead) + "\r\nhello");
  Decide(Forbid);
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 403 Forbidden"));
  EXPECT_THAT(connection.output(), HasSubstr("not /a"));
  EXPECT_TRUE(connection.handler.bodies.empty());
  Arrive("GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(connection.handler.answers, 1U) << "the connection lives on";
}

TEST_F(LateVerdict, PipelinedRequestsEachHaveTheirs) {
  const std::string request = std::string(kHead) + "\r\nhello";
  Arrive(request + request + "GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
  Decide(Proceed);
  EXPECT_EQ(connection.handler.bodies.size(), 1U);
  Decide(Forbid);
  EXPECT_EQ(connection.handler.bodies.size(), 2U) << "the third needs no late verdict";
  EXPECT_EQ(connection.handler.answers, 2U);
}

TEST_F(LateVerdict, ContinueIsSentAfterItAlone) {
  Arrive(std::string(kHead) + "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.output(), "");
  Decide(Proceed);
  EXPECT_EQ(connection.output(), "HTTP/1.1 100 Continue\r\n\r\n");
  Arrive("hello");
  EXPECT_THAT(connection.handler.bodies, ElementsAre("hello"));
}

TEST_F(LateVerdict, NoContinueComesBeforeARefusal) {
  Arrive(std::string(kHead) + "Expect: 100-continue\r\n\r\n");
  Decide(Forbid);
  EXPECT_EQ(connection.output().find("100 Continue"), std::string::npos);
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(LateVerdict, ItMayBeLeftOpenAgain) {
  Arrive(std::string(kHead) + "\r\nhello");
  VerdictHandle second;
  Decide([&second](const RequestHead&) {
    HeadVerdict verdict;
    verdict.later = [&second](VerdictHandle made) { second = std::move(made); };
    return verdict;
  });
  EXPECT_TRUE(connection.handler.bodies.empty());
  second.Decide(Proceed);
  connection.RunUntilQuiet();
  EXPECT_THAT(connection.handler.bodies, ElementsAre("hello"));
}

TEST_F(LateVerdict, AVerdictThatComesTooLateIsARefusal) {
  Arrive(std::string(kHead) + "\r\nhello");
  connection.Advance(milliseconds(499));
  EXPECT_TRUE(connection.handler.refusals.empty());
  connection.Advance(milliseconds(1));
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, RequestError::Kind::kVerdictTimeout);
  Decide(Proceed);
  EXPECT_TRUE(connection.handler.bodies.empty()) << "it came too late";
  EXPECT_TRUE(connection.finished());
}

TEST_F(LateVerdict, TheClientsTimeForItsBodyBeginsWithIt) {
  Arrive(std::string(kHead) + "\r\nhe");
  connection.Advance(milliseconds(400));
  Decide(Proceed);
  connection.Advance(milliseconds(999));
  EXPECT_TRUE(connection.handler.refusals.empty());
  connection.Advance(milliseconds(10));
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, RequestError::Kind::kBodyTimeout);
}

TEST_F(LateVerdict, AHandleThatIsDroppedAnswers500AndCloses) {
  Arrive(std::string(kHead) + "\r\nhello");
  handle = VerdictHandle();
  connection.RunUntilQuiet();
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 500 "));
  EXPECT_TRUE(connection.finished());
}

TEST_F(LateVerdict, ADecisionThatThrowsAnswers500) {
  Arrive(std::string(kHead) + "\r\nhello");
  Decide([](const RequestHead&) -> HeadVerdict { throw std::runtime_error("internal text"); });
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 500 "));
}

TEST_F(LateVerdict, TheHandleIsHarmlessOnceTheClientHasGone) {
  Arrive(std::string(kHead) + "\r\nhello");
  connection.Disconnect();
  bool asked = false;
  Decide([&asked](const RequestHead&) {
    asked = true;
    return HeadVerdict();
  });
  EXPECT_FALSE(asked);
}

TEST_F(LateVerdict, TheDrainWaitsForIt) {
  Arrive(std::string(kHead) + "\r\nhello");
  connection.Drain();
  EXPECT_FALSE(connection.finished());
  Decide(Proceed);
  EXPECT_THAT(connection.handler.bodies, ElementsAre("hello"));
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
}

class LateVerdictServer : public testing::ServerTest {};

TEST_F(LateVerdictServer, ComesFromAnotherThread) {
  std::vector<std::thread> threads;
  handler.on_head = [&threads](const RequestHead&) {
    HeadVerdict verdict;
    verdict.later = [&threads](VerdictHandle handle) {
      threads.emplace_back([shared = std::make_shared<VerdictHandle>(std::move(handle))] {
        shared->Decide(Proceed);
      });
    };
    return verdict;
  };
  Start();
  testing::HttpClient client(port());
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += testing::Post("/", std::to_string(i));
  client.Send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.Read().body, std::to_string(i));
  Stop();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace gateway::http
