// How the server ends: which requests it still accepts, and when it closes which connections. Tests
// assert that something happens, never how fast.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/cpp/http_server.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::Get;
using testing::HttpClient;
using testing::LateRequest;
using testing::Signal;
using testing::TextResponse;

class HttpServerDrain : public testing::ServerTest {};

TEST_F(HttpServerDrain, WhileClosingEveryAnswerIsTheLastAndNothingElseChanges) {
  handler.on_head = [](const http::RequestHead& head) {
    http::HeadVerdict verdict;
    if (head.path == "/early") verdict.answer = TextResponse(404, "early");
    return verdict;
  };
  Start();
  HttpClient idle(port());
  HttpClient pooled(port());
  EXPECT_EQ(idle.Ask(Get("/")).Field("Connection"), "");
  EXPECT_EQ(pooled.Ask(Get("/")).Field("Connection"), "");
  server().BeginClosing();
  HttpClient fresh(port());
  for (HttpClient* const client : {&pooled, &fresh}) {
    const auto response = client->Ask(Get("/late"));
    EXPECT_EQ(response.body, "/late");
    EXPECT_EQ(response.Field("Connection"), "close");
    EXPECT_TRUE(client->AtEnd());
  }
  const auto early = idle.Ask(Get("/early"));
  EXPECT_EQ(early.body, "early") << "it was still open";
  EXPECT_EQ(early.Field("Connection"), "close");
}

TEST_F(HttpServerDrain, AConnectionThatWasJustOpenedOrUsedIsStillHeard) {
  options.limits.settle = std::chrono::hours(1);
  Start();
  HttpClient pooled(port());
  EXPECT_EQ(pooled.Ask(Get("/")).status, 200);
  HttpClient fresh(port());
  server().StopAccepting();
  WaitForConnections(2);
  for (HttpClient* const client : {&pooled, &fresh}) {
    const auto response = client->Ask(Get("/late"));
    EXPECT_EQ(response.body, "/late");
    EXPECT_EQ(response.Field("Connection"), "close");
    EXPECT_TRUE(client->AtEnd());
  }
}

// The server first reads them once more, so that it serves requests that have arrived by then.
TEST_F(HttpServerDrain, SilentConnectionsAreClosedOnceTheyHaveSettled) {
  options.limits.settle = milliseconds(0);
  Start();
  HttpClient idle(port());
  EXPECT_EQ(idle.Ask(Get("/")).status, 200);
  server().StopAccepting();
  EXPECT_TRUE(idle.AtEnd());
}

TEST_F(HttpServerDrain, ReportsWhenNoRequestCanArriveAnyMore) {
  options.limits.settle = std::chrono::hours(1);
  LateRequest late(&handler);
  Start();
  EXPECT_FALSE(server().RequestsMayCome());
  HttpClient silent(port());
  HttpClient client(port());
  client.Send(Get("/late"));
  ASSERT_TRUE(late.Wait());
  server().StopAccepting();
  silent.Close();
  WaitForConnections(1);
  EXPECT_TRUE(server().RequestsMayCome());
  late.Answer("the last");
  EXPECT_EQ(client.Read().body, "the last");
  while (server().RequestsMayCome()) std::this_thread::yield();
  EXPECT_EQ(server().connections(), 1U) << "the client has not closed yet";
}

TEST_F(HttpServerDrain, IdleConnectionsAreClosedAndNewOnesRefused) {
  Start();
  HttpClient idle(port());
  HttpClient silent(port());
  EXPECT_EQ(idle.Ask(Get("/")).status, 200);
  server().StopAccepting();
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(silent.AtEnd());
  WaitForConnections(0);
}

TEST_F(HttpServerDrain, ARequestInFlightIsAnsweredWithConnectionClose) {
  LateRequest late(&handler);
  Start();
  HttpClient client(port());
  client.Send(Get("/late"));
  ASSERT_TRUE(late.Wait());
  server().StopAccepting();
  late.Answer("in flight");
  const auto response = client.Read();
  EXPECT_EQ(response.body, "in flight");
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerDrain, ARequestWhoseHeadHasBegunIsStillTaken) {
  Start();
  HttpClient client(port());
  HttpClient witness(port());
  client.Send("GET /half HTTP/1.1\r\n");
  witness.Ask(Get("/"));
  server().StopAccepting();
  EXPECT_TRUE(witness.AtEnd());
  client.Send("Host: h\r\n\r\n");
  const auto response = client.Read();
  EXPECT_EQ(response.body, "/half");
  EXPECT_EQ(response.Field("Connection"), "close");
}

// Before the drain began, the answer said that the connection would be kept; it must not stay open
// until the idle timeout.
TEST_F(HttpServerDrain, AConnectionInTheMiddleOfAnAnswerIsClosedBehindIt) {
  Signal built;
  handler.on_request = [&](http::Request request, http::Responder responder) {
    const bool large = request.head.path == "/large";
    responder.Send([&built, large] {
      if (large) built.Notify();
      return TextResponse(200, std::string(large ? 20'000'000 : 1, 'x'));
    });
  };
  Start();
  const HttpClient::Options slow = HttpClient::SlowReader();
  HttpClient client(port(), slow);
  HttpClient witness(port());
  client.Send(Get("/large"));
  ASSERT_TRUE(built.Wait());
  witness.Ask(Get("/"));  // an iteration later the head of the answer has certainly been sent
  server().StopAccepting();
  EXPECT_EQ(client.Read().body.size(), 20'000'000U);
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerDrain, StopWithRequestsInFlightEndsAndTheirAnswersAreDropped) {
  Signal requested;
  std::shared_ptr<http::Responder> kept;
  bool deadline_called = false;
  handler.on_request = [&](http::Request, http::Responder responder) {
    kept = std::make_shared<http::Responder>(std::move(responder));
    kept->SetDeadline(std::chrono::steady_clock::now() + std::chrono::hours(1),
                      [&deadline_called] { deadline_called = true; });
    requested.Notify();
  };
  Start();
  HttpClient client(port());
  client.Send(Get("/"));
  ASSERT_TRUE(requested.Wait());
  Stop();
  kept->Send([] { return TextResponse(200, "too late"); });
  kept.reset();
  EXPECT_TRUE(client.AtEnd());
  EXPECT_FALSE(deadline_called);
}

}  // namespace
}  // namespace gateway
