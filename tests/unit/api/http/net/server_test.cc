// A client's view of the server over real sockets: the answers, their order, and whether the
// connection stays open.
#include "api/http/net/server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/cpp/http_server.h"

namespace gateway {
namespace {

using testing::Get;
using testing::HttpClient;
using testing::LateRequest;
using testing::NotFound;
using testing::Post;
using testing::TestHandler;
using testing::TextResponse;

class HttpServer : public testing::ServerTest {};

TEST_F(HttpServer, KeepsAnHttp11ConnectionWithoutBeingAsked) {
  Start();
  HttpClient client(port());
  for (const char* path : {"/a", "/b", "/c"}) {
    const auto response = client.Ask(Get(path));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, path);
    EXPECT_EQ(response.Field("Connection"), "");
    EXPECT_EQ(response.Field("Date").size(), 29U);
  }
}

TEST_F(HttpServer, AThousandPipelinedRequestsAreAnsweredInOrder) {
  Start();
  HttpClient client(port());
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += Get("/" + std::to_string(i));
  std::thread sender([&] { EXPECT_TRUE(client.Send(requests)); });
  for (int i = 0; i < 1'000; ++i) {
    const auto response = client.Read();
    EXPECT_EQ(response.body, "/" + std::to_string(i));
    if (response.status != 200) break;
  }
  sender.join();
  EXPECT_EQ(client.unread(), "");
}

TEST_F(HttpServer, PipelinedBodiesOfEveryFramingAreAnsweredInOrder) {
  Start();
  HttpClient client(port());
  client.Send(
      Post("/", "first") +
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nsecond\r\n0\r\nT: 1"
      "\r\n\r\n" +
      Get("/third"));
  EXPECT_EQ(client.Read().body, "first");
  EXPECT_EQ(client.Read().body, "second");
  EXPECT_EQ(client.Read().body, "/third");
}

TEST_F(HttpServer, AnswersFromAnotherThread) {
  std::vector<std::thread> threads;
  handler.on_request = [&threads](http::Request request, http::Responder responder) {
    threads.emplace_back([path = std::string(request.head.path),
                          shared = std::make_shared<http::Responder>(std::move(responder))] {
      shared->Send([path] { return TextResponse(200, path); });
    });
  };
  Start();
  HttpClient client(port());
  std::string requests;
  for (int i = 0; i < 100; ++i) requests += Get("/" + std::to_string(i));
  client.Send(requests);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(client.Read().body, "/" + std::to_string(i));
  Stop();
  for (std::thread& thread : threads) thread.join();
}

TEST_F(HttpServer, ABuildThatThrowsIsAnswered500) {
  handler.on_request = [](http::Request, http::Responder responder) {
    responder.Send([]() -> http::Response { throw std::runtime_error("internal text"); });
  };
  Start();
  HttpClient client(port());
  const auto response = client.Ask(Get("/"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.head.find("internal text"), std::string::npos);
}

TEST_F(HttpServer, AHandlerThatThrowsIsAnswered500AndTheConnectionLivesOn) {
  handler.on_request = [](http::Request request, http::Responder responder) {
    if (request.head.path == "/throw") throw std::runtime_error("internal text");
    TestHandler::Echo(std::move(request), std::move(responder));
  };
  Start();
  HttpClient client(port());
  const auto response = client.Ask(Get("/throw"));
  EXPECT_EQ(response.status, 500);
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(client.Ask(Get("/next")).body, "/next");
}

TEST_F(HttpServer, AnOnHeadThatThrowsIsAnswered500) {
  handler.on_head = [](const http::RequestHead&) -> http::HeadVerdict {
    throw std::runtime_error("internal text");
  };
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 500);
}

TEST_F(HttpServer, AResponderThatIsDroppedAnswers500) {
  handler.on_request = [](http::Request, http::Responder) {};
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 500);
  EXPECT_EQ(client.Ask(Get("/")).status, 500);
}

TEST_F(HttpServer, HeadHasTheFieldsOfGetAndNoBody) {
  handler.on_request = [](http::Request, http::Responder responder) {
    responder.Send([] { return TextResponse(200, "0123456789"); });
  };
  Start();
  HttpClient client(port());
  client.Send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + Get("/"));
  const auto head = client.Read(true);
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.Field("Content-Length"), "10");
  EXPECT_EQ(client.Read().body, "0123456789") << "the next answer follows at once";
}

TEST_F(HttpServer, A304NeverHasABodyWhateverTheHandlerGave) {
  handler.on_request = [](http::Request request, http::Responder responder) {
    const int status = request.head.path == "/304" ? 304 : request.head.path == "/204" ? 204 : 200;
    responder.Send([status] { return TextResponse(status, "body"); });
  };
  Start();
  HttpClient client(port());
  client.Send(Get("/304") + Get("/204") + Get("/200"));
  EXPECT_EQ(client.Read().status, 304);
  EXPECT_EQ(client.Read().status, 204);
  EXPECT_EQ(client.Read().body, "body");
}

TEST_F(HttpServer, ClosesAfterTheAnswerWhenAskedTo) {
  Start();
  HttpClient client(port());
  client.Send(Get("/a", "Connection: close\r\n") + Get("/never"));
  const auto response = client.Read();
  EXPECT_EQ(response.body, "/a");
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServer, AnHttp10ClientIsClosedUnlessItAsksToBeKept) {
  Start();
  HttpClient plain(port());
  EXPECT_EQ(plain.Ask("GET /a HTTP/1.0\r\n\r\n").Field("Connection"), "close");
  EXPECT_TRUE(plain.AtEnd());
  HttpClient kept(port());
  const std::string request = "GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
  EXPECT_EQ(kept.Ask(request).Field("Connection"), "keep-alive");
  EXPECT_EQ(kept.Ask(request).body, "/b");
}

TEST_F(HttpServer, AHalfClosedClientStillGetsItsAnswers) {
  LateRequest late(&handler);
  Start();
  HttpClient client(port());
  client.Send(Get("/a") + Get("/late") + Get("/c"));
  client.HalfClose();
  ASSERT_TRUE(late.Wait());
  late.Answer("late");
  EXPECT_EQ(client.Read().body, "/a");
  EXPECT_EQ(client.Read().body, "late");
  EXPECT_EQ(client.Read().body, "/c");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServer, AHalfClosedClientWithHalfARequestIsClosed) {
  Start();
  HttpClient client(port());
  client.Send("GET / HTTP/1.1\r\nHo");
  client.HalfClose();
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServer, SendsContinueAtOnceAndThenTheAnswer) {
  Start();
  HttpClient client(port());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("hello");
  EXPECT_EQ(client.Read().body, "hello");
  EXPECT_EQ(client.Ask(Get("/next")).body, "/next");
}

TEST_F(HttpServer, SendsNoContinueWhenTheBodyIsThereAlready) {
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Post("/", "hello", "Expect: 100-continue\r\n")).body, "hello");
}

TEST_F(HttpServer, AFinalStatusInsteadOfContinueClosesBecauseABodyMayFollow) {
  handler.on_head = NotFound;
  Start();
  HttpClient client(port());
  const auto response = client.Ask(
      "POST /404 HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServer, AnEarlyAnswerComesBeforeTheBodyAndASmallBodyIsReadAway) {
  handler.on_head = NotFound;
  Start();
  HttpClient client(port());
  client.Send("POST /404 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n");
  const auto response = client.Read();
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.Field("Connection"), "");
  client.Send("GET /" + Get("/next"));
  EXPECT_EQ(client.Read().body, "/next") << "the body is no request";
}

TEST_F(HttpServer, AnEarlyAnswerToALargeOrChunkedBodyCloses) {
  handler.on_head = NotFound;
  Start();
  for (const char* framing : {"Content-Length: 65537", "Transfer-Encoding: chunked"}) {
    HttpClient client(port());
    const auto response =
        client.Ask("POST /404 HTTP/1.1\r\nHost: h\r\n" + std::string(framing) + "\r\n\r\n");
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.Field("Connection"), "close");
    EXPECT_TRUE(client.AtEnd());
  }
}

TEST_F(HttpServer, EarlyAnswersKeepTheirPlaceInAPipeline) {
  handler.on_head = NotFound;
  Start();
  HttpClient client(port());
  client.Send(Get("/a") + Post("/404", "GET / HTTP/1.1\r\n\r\n") + Get("/b") + Get("/404") +
              Get("/c"));
  EXPECT_EQ(client.Read().body, "/a");
  EXPECT_EQ(client.Read().status, 404);
  EXPECT_EQ(client.Read().body, "/b");
  EXPECT_EQ(client.Read().status, 404);
  EXPECT_EQ(client.Read().body, "/c");
}

TEST_F(HttpServer, BadFramingIsAnsweredAndClosedAndNothingBehindItIsRead) {
  std::atomic<int> requests{0};
  handler.on_request = [&](http::Request request, http::Responder responder) {
    ++requests;
    TestHandler::Echo(std::move(request), std::move(responder));
  };
  Start();
  HttpClient client(port());
  client.Send(Get("/a") + "POST / HTTP/1.1\r\nHost: h\r\nContent-Length : 30\r\n\r\n" +
              Get("/smuggled"));
  EXPECT_EQ(client.Read().body, "/a");
  const auto refused = client.Read();
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.Field("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(requests, 1);
}

TEST_F(HttpServer, ABodyOverTheLimitIsRefusedByItsLengthAlone) {
  options.limits.framer.max_body_bytes = 10;
  Start();
  HttpClient client(port());
  const auto response = client.Ask("POST /big HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n");
  EXPECT_EQ(response.status, 413);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_EQ(handler.refusals(), std::vector<std::string>{"body-too-large /big"});
}

// The client has sent much more than the server reads, and has half-closed: closing with unread
// bytes would reset the connection, and the client could lose the answer.
TEST_F(HttpServer, ARefusedUploadEndsInGoodOrderHoweverMuchOfItIsOnTheWay) {
  options.limits.framer.max_body_bytes = 10;
  Start();
  for (int round = 0; round < 20; ++round) {
    HttpClient client(port());
    client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
    client.Send(std::string(4'000'000, 'x'));
    client.HalfClose();
    EXPECT_EQ(client.Read().status, 413);
    EXPECT_TRUE(client.AtEnd()) << "the connection was reset";
  }
}

TEST_F(HttpServer, ABodyThatABudgetRefusesIsAnswered503AndClosed) {
  class NoRoom final : public http::RequestState {
    bool OnBodyBytes(std::size_t bytes) override { return bytes <= 3; }
  };
  handler.on_head = [](const http::RequestHead&) {
    http::HeadVerdict verdict;
    verdict.state = std::make_shared<NoRoom>();
    return verdict;
  };
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Post("/", "abc")).body, "abc");
  EXPECT_EQ(client.Ask(Post("/", "abcd")).status, 503);
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpServer, TellsItsHandlerWhoAsks) {
  std::mutex mutex;
  std::vector<http::Peer> peers;
  handler.on_peer = [&](const http::Peer& peer) {
    const std::lock_guard lock(mutex);
    peers.push_back(peer);
  };
  Start();
  HttpClient::Options elsewhere;
  elsewhere.from = "127.0.0.2";
  HttpClient client(port(), elsewhere);
  client.Ask(Get("/a"));
  const std::lock_guard lock(mutex);
  ASSERT_EQ(peers.size(), 1U);
  EXPECT_EQ(peers[0].address, "127.0.0.2");
  EXPECT_EQ(peers[0].port, client.port());
  EXPECT_FALSE(peers[0].tls.has_value());
}

TEST_F(HttpServer, SaysWhyItCannotListen) {
  Start();
  http::ServerOptions same;
  same.port = port();
  http::Server second(same, handler, clock, metrics, logger);
  const auto result = second.Listen();
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, http::ListenError::Kind::kAddressInUse);
  http::ServerOptions nowhere;
  nowhere.address = "no such host";
  http::Server third(nowhere, handler, clock, metrics, logger);
  const auto unknown = third.Listen();
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().kind, http::ListenError::Kind::kUnknownAddress);
  EXPECT_TRUE(unknown.error().detail.starts_with("\"no such host\": "));
}

TEST_F(HttpServer, NamesItsUrlWithThePortItGot) {
  Start();
  EXPECT_EQ(server().url(), "http://127.0.0.1:" + std::to_string(port()));
}

}  // namespace
}  // namespace gateway
