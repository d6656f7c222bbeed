// Large bodies, and more requests than one turn of a loop should handle.
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "http_server.h"

namespace gateway {
namespace {

using testing::Get;
using testing::HttpClient;
using testing::Post;
using testing::TextResponse;

class HttpServerLoad : public testing::ServerTest {};

http::HeadVerdict NotFound(const http::RequestHead& head) {
  http::HeadVerdict verdict;
  if (head.path == "/404") verdict.answer = TextResponse(404, "none");
  return verdict;
}

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
  HttpClient::Options slow;
  slow.receive_buffer = 4'096;
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

// One client pipelines without end and reads as fast as it is answered; another one asks.
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

}  // namespace
}  // namespace gateway
