// Large bodies, and more requests than one turn of a loop should handle.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/cpp/http_server.h"

namespace gateway {
namespace {

using testing::Get;
using testing::HttpClient;
using testing::NotFound;
using testing::Post;
using testing::Signal;
using testing::TestHandler;
using testing::TextResponse;

class HttpServerLoad : public testing::ServerTest {};

class Bursts final : public BurstListener {
 public:
  void BeginBurst() override { ++begun; }
  void EndBurst() override {
    ++ended;
    if (on_end) on_end();
  }
  std::function<void()> on_end;
  std::atomic<int> begun{0};
  std::atomic<int> ended{0};
};

TEST_F(HttpServerLoad, ALargeAnswerReachesASlowReaderWholeAndTheConnectionLivesOn) {
  const auto large = std::make_shared<const std::string>(8'000'000, 'x');
  handler.on_request = [&](http::Request request, http::Responder responder) {
    const bool shared = request.head.path == "/shared";
    responder.Send([&large, shared] {
      http::Response response;
      if (shared) {
        response.shared_body = large;
      } else {
        response.body = *large;
      }
      return response;
    });
  };
  Start();
  const HttpClient::Options slow = HttpClient::SlowReader();
  HttpClient client(port(), slow);
  client.Send(Get("/shared") + Get("/own"));  // the second arrives while the first is being written
  EXPECT_EQ(client.Read().body, *large);
  EXPECT_EQ(client.Read().body, *large);
}

TEST_F(HttpServerLoad, ALargeBodyArrivesWhole) {
  Start();
  HttpClient client(port());
  std::string body(3'000'000, '\0');
  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 31 % 251);
  std::thread sender([&] { client.Send(Post("/", body)); });
  EXPECT_TRUE(client.Read().body == body);
  sender.join();
}

// Many new connections send their first request, then a connection that was answered before sends
// one; all are ready in the same iteration of the loop.
TEST_F(HttpServerLoad, AKnownClientIsServedBeforeManyNewOnes) {
  Signal blocked;
  Signal all_sent;
  std::vector<std::string> order;
  handler.on_request = [&](http::Request request, http::Responder responder) {
    order.emplace_back(request.head.path);
    if (request.head.path == "/block") {
      blocked.Notify();
      EXPECT_TRUE(all_sent.Wait());
    }
    TestHandler::Echo(std::move(request), std::move(responder));
  };
  Start();
  HttpClient blocker(port());
  HttpClient known(port());
  EXPECT_EQ(blocker.Ask(Get("/first")).body, "/first");
  EXPECT_EQ(known.Ask(Get("/first")).body, "/first");
  constexpr int kNewcomers = 50;
  std::vector<std::unique_ptr<HttpClient>> newcomers;
  for (int i = 0; i < kNewcomers; ++i) newcomers.push_back(std::make_unique<HttpClient>(port()));

  EXPECT_TRUE(blocker.Send(Get("/block")));
  ASSERT_TRUE(blocked.Wait());
  for (const auto& newcomer : newcomers) EXPECT_TRUE(newcomer->Send(Get("/new")));
  EXPECT_TRUE(known.Send(Get("/known")));
  all_sent.Notify();

  EXPECT_EQ(known.Read().body, "/known");
  for (const auto& newcomer : newcomers) EXPECT_EQ(newcomer->Read().body, "/new");
  Stop();
  ASSERT_EQ(order.size(), std::size_t{kNewcomers} + 4);
  EXPECT_EQ(order[3], "/known");
}

// One client pipelines without end and reads all answers at once; another one sends a request.
class HttpServerFlood : public HttpServerLoad, public ::testing::WithParamInterface<const char*> {};

TEST_P(HttpServerFlood, DoesNotStarveOtherClients) {
  handler.on_head = NotFound;
  Start();
  HttpClient other(port());
  EXPECT_EQ(other.Ask(Get("/first")).body, "/first");
  HttpClient flood(port());
  std::atomic<bool> stop{false};
  std::string requests;
  for (int i = 0; i < 2'000; ++i) requests += Get(GetParam());
  std::thread sender([&] {
    while (!stop && flood.Send(requests)) {
    }
    flood.HalfClose();
  });
  std::thread reader([&] { flood.AtEnd(); });
  bool answered = true;
  for (int i = 0; i < 20 && answered; ++i) answered = other.Ask(Get("/other")).body == "/other";
  EXPECT_TRUE(answered);
  stop = true;
  sender.join();
  reader.join();
}

INSTANTIATE_TEST_SUITE_P(Paths, HttpServerFlood, ::testing::Values("/answered", "/404"));

// Many clients whose requests the loop finds in one turn.
class HttpServerBurst : public HttpServerLoad {
 protected:
  HttpServerBurst() {
    options.bursts = &bursts;
    options.limits.head_timeout = std::chrono::minutes(1);  // so that no deadline wakes the loop
    handler.on_request = [this](http::Request request, http::Responder responder) {
      if (request.head.path == "/held") return held.push_back(std::move(responder));
      if (request.head.path == "/wait") {
        blocked_.Notify();
        go_on_.Wait();
      }
      TestHandler::Echo(std::move(request), std::move(responder));
    };
  }
  ~HttpServerBurst() override { Stop(); }  // before the listener is destroyed

  // All of them were answered once before.
  void Connect() {
    for (int i = 0; i < 60; ++i) {
      clients.push_back(std::make_unique<HttpClient>(port()));
      EXPECT_EQ(clients.back()->Ask(Get("/")).status, 200);
    }
  }
  void AskAtOnce(std::string_view path) {
    waiting_ = std::make_unique<HttpClient>(port());
    waiting_->Send(Get("/wait"));
    ASSERT_TRUE(blocked_.Wait());
    for (const auto& client : clients) client->Send(Get(path));
    go_on_.Notify();
    EXPECT_EQ(waiting_->Read().status, 200);
  }

  Bursts bursts;
  std::vector<std::unique_ptr<HttpClient>> clients;
  std::vector<http::Responder> held;  // of /held; the loop's thread only

 private:
  std::unique_ptr<HttpClient> waiting_;  // closing it would cause an event
  Signal blocked_;
  Signal go_on_;
};

TEST_F(HttpServerBurst, ItsListenerIsNotifiedOfATurnWithManyRequestsAndOfNoOther) {
  Start();
  Connect();
  EXPECT_EQ(bursts.begun, 0);
  AskAtOnce("/");
  for (const auto& client : clients) EXPECT_EQ(client->Read().status, 200);
  Stop();
  EXPECT_EQ(bursts.begun, 1);
  EXPECT_EQ(bursts.ended, 1);
}

// Requests that wait for the end of the burst may be answered in it, on the loop's own thread.
TEST_F(HttpServerBurst, AnswersGivenAtItsEndNeedNoFurtherEvent) {
  bursts.on_end = [this] {
    for (http::Responder& responder : std::exchange(held, {})) {
      responder.Send([] { return TextResponse(404, "gone"); });
    }
  };
  Start();
  Connect();
  AskAtOnce("/held");
  bool answered = true;
  for (std::size_t i = 0; answered && i < clients.size(); ++i) {
    answered = clients[i]->Read().status == 404;
    EXPECT_TRUE(answered);
  }
}

}  // namespace
}  // namespace gateway
