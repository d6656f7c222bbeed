// Requests and clients that are too many, too large or too slow. Tests assert that something
// happens, never how fast.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/cpp/http_server.h"

namespace gateway {
namespace {

using std::chrono::milliseconds;
using testing::Get;
using testing::HttpClient;
using testing::Signal;
using testing::TestHandler;
using testing::TextResponse;

class HttpServerDeadlines : public testing::ServerTest {};

TEST_F(HttpServerDeadlines, AHeadThatDoesNotEndIsAnswered408) {
  options.limits.head_timeout = milliseconds(50);
  Start();
  HttpClient client(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(handler.refusals(), std::vector<std::string>{"request-timeout -"});
}

TEST_F(HttpServerDeadlines, AConnectionThatSendsNothingIsClosedWithoutAWord) {
  options.limits.head_timeout = milliseconds(50);
  Start();
  HttpClient client(port());
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(handler.refusals().empty());
}

TEST_F(HttpServerDeadlines, ADribbleOfHeaderBytesDoesNotMoveTheDeadline) {
  options.limits.head_timeout = milliseconds(100);
  Start();
  HttpClient client(port());
  client.Send("GET / HTTP/1.1\r\nHost: h\r\nX: ");
  std::atomic<bool> stop{false};
  std::thread dribble([&] {
    while (!stop && client.Send("a")) std::this_thread::yield();
  });
  EXPECT_GE(client.Read().status, 400);  // 408, or 431 if the dribble was fast
  stop = true;
  dribble.join();
}

TEST_F(HttpServerDeadlines, ABodyThatDoesNotEndIsAnswered408) {
  options.limits.body_timeout = milliseconds(50);
  Start();
  HttpClient client(port());
  client.Send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.Read().status, 408);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(handler.refusals(), std::vector<std::string>{"request-timeout /slow"});
}

TEST_F(HttpServerDeadlines, AnIdleConnectionIsClosed) {
  options.limits.idle_timeout = milliseconds(50);
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Get("/a")).status, 200);
  EXPECT_TRUE(client.AtEnd());
}

// Two deadlines that are close together: the timer of the second is set while other clients keep
// the loop busy.
TEST_F(HttpServerDeadlines, OtherClientsTrafficDoesNotPutADeadlineOff) {
  options.limits.idle_timeout = milliseconds(50);
  options.threads = 1;
  Start();
  HttpClient first(port());
  HttpClient second(port());
  HttpClient busy(port());
  for (HttpClient* client : {&first, &second, &busy}) {
    EXPECT_EQ(client->Ask(Get("/a")).status, 200);
  }
  constexpr int kManySeconds = 200'000;
  int requests = 0;
  while (server().connections() > 1 && requests < kManySeconds) {
    busy.Ask(Get("/b"));
    ++requests;
  }
  EXPECT_LT(requests, kManySeconds) << "an idle connection is still open";
}

TEST_F(HttpServerDeadlines, AClientThatDoesNotReadItsAnswerIsClosed) {
  options.limits.write_timeout = milliseconds(50);
  // The kernel takes megabytes that the client never reads: they must not count as read.
  options.limits.min_body_bytes_per_second = 1'024;
  Signal built;
  handler.on_request = [&built](http::Request, http::Responder responder) {
    responder.Send([&built] {
      built.Notify();
      return TextResponse(200, std::string(30'000'000, 'x'));
    });
  };
  Start();
  const HttpClient::Options slow = HttpClient::SlowReader();
  HttpClient client(port(), slow);
  client.Send(Get("/"));
  ASSERT_TRUE(built.Wait());
  WaitForConnections(0);
  EXPECT_TRUE(metrics.Rejected("write-timeout"));
}

// Both kernels still transfer bytes for a while after the first write that would block.
TEST_F(HttpServerDeadlines, BytesInTheClientsKernelDoNotCountAsRead) {
  options.limits.write_timeout = milliseconds(50);
  options.limits.min_body_bytes_per_second = 1;  // one segment would earn an hour
  Signal built;
  handler.on_request = [&built](http::Request, http::Responder responder) {
    responder.Send([&built] {
      built.Notify();
      return TextResponse(200, std::string(100'000, 'x'));
    });
  };
  Start();
  HttpClient client(port());
  std::string requests;
  for (int i = 0; i < 300; ++i) requests += Get("/");
  client.Send(requests);
  ASSERT_TRUE(built.Wait());
  WaitForConnections(0);
  EXPECT_TRUE(metrics.Rejected("write-timeout"));
}

TEST_F(HttpServerDeadlines, ARequestsOwnDeadlineIsCalledOnceAndMayAnswer) {
  std::atomic<int> calls{0};
  handler.on_request = [&calls](http::Request, http::Responder responder) {
    const auto shared = std::make_shared<http::Responder>(std::move(responder));
    shared->SetDeadline(std::chrono::steady_clock::now() + milliseconds(20), [&calls, shared] {
      ++calls;
      shared->Send([] { return TextResponse(504, "late"); });
    });
  };
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 504);
  EXPECT_EQ(client.Ask(Get("/")).status, 504);
  EXPECT_EQ(calls, 2);
}

TEST_F(HttpServerDeadlines, AnAnswerWithdrawsTheDeadlineOfItsRequest) {
  std::atomic<int> calls{0};
  handler.on_request = [&calls](http::Request request, http::Responder responder) {
    const bool first = request.head.path == "/first";
    const auto shared = std::make_shared<http::Responder>(std::move(responder));
    shared->SetDeadline(std::chrono::steady_clock::now() + milliseconds(first ? 1 : 60),
                        [&calls, shared] {
                          ++calls;
                          shared->Send([] { return TextResponse(504, "late"); });
                        });
    if (first) shared->Send([] { return TextResponse(200, "in time"); });
  };
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Get("/first")).status, 200);
  EXPECT_EQ(client.Ask(Get("/second")).status, 504) << "by its own deadline";
  EXPECT_EQ(calls, 1);
}

class HttpServerLimits : public testing::ServerTest {};

TEST_F(HttpServerLimits, OverMaxConnectionsIsAnswered503AndLaterConnectionsAreAccepted) {
  options.accept.max_connections = 1;
  Start();
  {
    HttpClient first(port());
    EXPECT_EQ(first.Ask(Get("/")).status, 200);
    HttpClient second(port());
    EXPECT_EQ(second.Read().status, 503) << "without having asked";
    EXPECT_TRUE(second.AtEnd());
    EXPECT_EQ(first.Ask(Get("/")).status, 200);
  }
  WaitForConnections(0);
  HttpClient third(port());
  EXPECT_EQ(third.Ask(Get("/")).status, 200);
  EXPECT_TRUE(metrics.Rejected("max-connections"));
}

TEST_F(HttpServerLimits, TheCapOfOneAddressDoesNotTouchAnother) {
  options.accept.max_connections_per_address = 1;
  Start();
  HttpClient first(port());
  EXPECT_EQ(first.Ask(Get("/")).status, 200);
  HttpClient second(port());
  EXPECT_EQ(second.Read().status, 503);
  HttpClient::Options elsewhere;
  elsewhere.from = "127.0.0.2";
  HttpClient other(port(), elsewhere);
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
  EXPECT_TRUE(metrics.Rejected("max-connections-per-address"));
  second.Close();
  first.Close();
  WaitForConnections(1);
  HttpClient again(port());
  EXPECT_EQ(again.Ask(Get("/")).status, 200);
}

TEST_F(HttpServerLimits, ConnectionsAreCountedInAndOut) {
  Start();
  {
    HttpClient a(port());
    HttpClient b(port());
    a.Ask(Get("/"));
    b.Ask(Get("/"));
    EXPECT_EQ(server().connections(), 2U);
  }
  WaitForConnections(0);
  Stop();
  EXPECT_EQ(metrics.connections, 0);
}

TEST_F(HttpServerLimits, AnOldConnectionEndsWithItsNextAnswer) {
  options.limits.max_age = milliseconds(50);
  Start();
  HttpClient client(port());
  int kept = 0;
  const auto started = std::chrono::steady_clock::now();
  while (true) {
    const auto response = client.Ask(Get("/"));
    ASSERT_EQ(response.status, 200);
    if (response.Field("Connection") == "close") break;
    ++kept;
    ASSERT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(20));
  }
  EXPECT_GT(kept, 0);
  EXPECT_GE(std::chrono::steady_clock::now() - started, milliseconds(40));
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServerLimits, AConnectionThatAgesWithinARequestOrIdlyIsAnsweredFirst) {
  options.limits.max_age = milliseconds(1);
  Signal requested;
  handler.on_request = [&](http::Request request, http::Responder responder) {
    if (request.head.path != "/") requested.Notify();
    TestHandler::Echo(std::move(request), std::move(responder));
  };
  Start();
  HttpClient idle(port());
  HttpClient slow(port());
  slow.Send("POST /slow HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbo");
  HttpClient(port()).Ask(Get("/"));  // connects last, when the other two already have an age
  const auto old = std::chrono::steady_clock::now() + milliseconds(10);
  while (std::chrono::steady_clock::now() < old) std::this_thread::yield();
  slow.Send("dy");
  ASSERT_TRUE(requested.Wait());
  EXPECT_EQ(idle.Ask(Get("/idle")).Field("Connection"), "close");
  const auto response = slow.Read();
  EXPECT_EQ(response.body, "body");
  EXPECT_EQ(response.Field("Connection"), "close");
}

TEST(ConnectionAge, VariesByATenth) {
  std::minstd_rand random(1);
  auto least = milliseconds::max();
  auto most = milliseconds::min();
  for (int i = 0; i < 10'000; ++i) {
    const milliseconds age = http::ConnectionAge(milliseconds(1'000), &random);
    least = std::min(least, age);
    most = std::max(most, age);
  }
  EXPECT_EQ(least, milliseconds(900));
  EXPECT_EQ(most, milliseconds(1'100));
  EXPECT_EQ(http::ConnectionAge(milliseconds(3), &random), milliseconds(3));
}

// Thousands of clients send a request and disconnect before the answer; others connect, on the same
// descriptors. No answer may reach a client that did not send the request.
class HttpServerCrossing : public testing::ServerTest {
 protected:
  HttpServerCrossing() {
    options.threads = 2;
    handler.on_request = [this](http::Request request, http::Responder responder) {
      const std::lock_guard lock(mutex_);
      waiting_.emplace_back(std::string(request.head.path), std::move(responder));
    };
  }
  void AnswerAll() {
    std::vector<std::pair<std::string, http::Responder>> taken;
    {
      const std::lock_guard lock(mutex_);
      taken.swap(waiting_);
    }
    for (auto& [path, responder] : taken) {
      responder.Send([text = path] { return TextResponse(200, text); });
    }
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::string, http::Responder>> waiting_;
};

TEST_F(HttpServerCrossing, AnAnswerNeverReachesAnotherClientThatHasTheSameDescriptor) {
  Start();
  std::atomic<bool> stop{false};
  std::thread answering([&] {
    while (!stop) {
      AnswerAll();
      std::this_thread::yield();
    }
  });
  int wrong = 0;
  for (int i = 0; i < 2'000 && wrong == 0; ++i) {
    const std::string number = std::to_string(i);
    HttpClient abandoned(port());
    abandoned.Send(Get("/abandoned/" + number));
    if (i % 2 == 0) {
      abandoned.Abort();
    } else {
      abandoned.Close();
    }
    HttpClient client(port());
    if (client.Ask(Get("/" + number)).body != "/" + number) ++wrong;
    if (client.Ask(Get("/again/" + number)).body != "/again/" + number) ++wrong;
  }
  EXPECT_EQ(wrong, 0);
  stop = true;
  answering.join();
  Stop();
  AnswerAll();
  EXPECT_EQ(metrics.connections, 0);
}

}  // namespace
}  // namespace gateway
