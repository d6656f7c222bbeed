// A body that its handler consumes as it arrives: every framing and coding, in one burst and in
// small pieces, with the same limits as for a collected body.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/cpp/coding.h"
#include "support/cpp/scripted_connection.h"
#include "support/cpp/tls_server.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::ScriptedConnection;
using Kind = RequestError::Kind;

// Keeps the pieces of the body; pauses, answers and throws when the test says so.
class Reader final : public BodyReader {
 public:
  explicit Reader(std::atomic<int>* alive) : alive_(alive) { ++*alive_; }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() override { --*alive_; }

  void OnStart(BodyFlow given) override { flow = std::move(given); }
  BodyStep OnPiece(std::string_view piece) override {
    text.append(piece);
    ++pieces;
    return on_piece ? on_piece() : BodyStep();
  }

  std::function<BodyStep()> on_piece;
  std::optional<BodyFlow> flow;
  std::string text;
  int pieces = 0;

 private:
  std::atomic<int>* const alive_;
};

class Budget final : public RequestState {
 public:
  explicit Budget(std::size_t max) : max_(max) {}
  bool OnBodyBytes(std::size_t bytes) override { return bytes <= max_; }

 private:
  const std::size_t max_;
};

class BodyReaderTest : public ::testing::Test {
 protected:
  BodyReaderTest() {
    connection.handler.on_head = [this](const RequestHead& head) {
      HeadVerdict verdict;
      if (head.path == "/collected") return verdict;
      verdict.coding = ContentCodingOf(head).value_or(ContentCoding::kIdentity);
      verdict.state = std::make_shared<Budget>(budget);
      auto made = std::make_shared<Reader>(&alive);
      made->on_piece = on_piece;
      reader = made;
      verdict.reader = std::move(made);
      return verdict;
    };
    connection.handler.on_request = [this](Request request, Responder responder) {
      if (const auto read = reader.lock()) texts.push_back(read->text);
      connection.handler.bodies.push_back(std::move(request.body));
      sent_bytes = request.sent_body_bytes;
      responder.Send([] { return Response(); });
    };
  }
  void Arrive(std::string_view bytes) {
    connection.Arrive(bytes);
    connection.RunUntilQuiet();
  }
  static ConnectionLimits Limits() {
    ConnectionLimits limits;
    limits.framer.max_body_bytes = 100'000;
    limits.framer.max_decoded_bytes = 1'000'000;
    limits.turn = {.reads = 2, .requests = 3, .decoded_bytes = 32'768};
    limits.body_timeout = milliseconds(1'000);
    return limits;
  }

  std::size_t budget = 10'000'000;
  std::function<BodyStep()> on_piece;
  std::weak_ptr<Reader> reader;
  std::vector<std::string> texts;  // of the readers, when their requests were complete
  std::size_t sent_bytes = 0;
  std::atomic<int> alive{0};
  ScriptedConnection connection{Limits()};
};

constexpr std::string_view kHead = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n";

TEST_F(BodyReaderTest, HandsEachPieceOverAsItComes) {
  Arrive(std::string(kHead) + "0123");
  const auto now = reader.lock();
  ASSERT_NE(now, nullptr);
  EXPECT_EQ(now->text, "0123");
  Arrive("456789");
  EXPECT_THAT(texts, ElementsAre("0123456789"));
  EXPECT_THAT(connection.handler.bodies, ElementsAre(""));
  EXPECT_EQ(sent_bytes, 10U);
}

struct Shape {
  const char* coding;
  bool chunked;
  bool drips;
};
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.coding << (shape.chunked ? " in chunks" : "") << (shape.drips ? " in drips" : "");
}

std::string RequestOf(const Shape& shape, const std::string& text) {
  const std::string_view coding = shape.coding;
  std::string body = coding == "gzip"   ? testing::Gzip(text)
                     : coding == "zstd" ? testing::Zstd(text)
                                        : text;
  std::string head =
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Encoding: " + std::string(coding) + "\r\n";
  if (!shape.chunked) {
    return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
  head += "Transfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 10) {
    const std::string chunk = body.substr(at, 10);
    head += (chunk.size() == 10 ? "a" : std::to_string(chunk.size())) + "\r\n" + chunk + "\r\n";
  }
  return head + "0\r\n\r\n";
}

class BodyShape : public BodyReaderTest, public ::testing::WithParamInterface<Shape> {
 protected:
  void ArriveTwice(const std::string& text) {
    const std::string requests = RequestOf(GetParam(), text) + RequestOf(GetParam(), text) +
                                 "GET /collected HTTP/1.1\r\nHost: h\r\n\r\n";
    if (GetParam().drips) {
      connection.Drip(requests);
    } else {
      connection.Arrive(requests);
    }
    connection.RunUntilQuiet();
  }
};

INSTANTIATE_TEST_SUITE_P(All, BodyShape,
                         ::testing::Values(Shape{"identity", false, false},
                                           Shape{"identity", false, true},
                                           Shape{"identity", true, false},
                                           Shape{"identity", true, true},
                                           Shape{"gzip", false, false}, Shape{"gzip", true, true},
                                           Shape{"zstd", true, false}, Shape{"zstd", false, true}));

TEST_P(BodyShape, ArrivesWholeAndTheConnectionLivesOn) {
  std::string text;
  for (int i = 0; i < 2'000; ++i) text += std::to_string(i * 7'919);
  ArriveTwice(text);
  EXPECT_THAT(texts, ElementsAre(text, text));
  EXPECT_EQ(connection.handler.bodies.size(), 3U);
  EXPECT_EQ(alive, 0);
}

TEST_P(BodyShape, ArrivesWholeWhenEachPiecePauses) {
  on_piece = [] { return BodyStep{.pause = true, .answer = {}}; };
  const std::string text = "a text, a text, and a text again, and a text at the end";
  ArriveTwice(text);
  for (int turns = 0; turns < 10'000 && connection.handler.bodies.size() < 3; ++turns) {
    if (const auto now = reader.lock()) now->flow->Resume();
    connection.RunUntilQuiet();
  }
  EXPECT_THAT(texts, ElementsAre(text, text));
}

TEST_F(BodyReaderTest, APauseHoldsTheClientBack) {
  on_piece = [] { return BodyStep{.pause = true, .answer = {}}; };
  Arrive(std::string(kHead) + "0123");
  Arrive("456789");
  EXPECT_EQ(connection.unread(), 6U);
  reader.lock()->flow->Resume();
  connection.RunUntilQuiet();
  EXPECT_EQ(connection.unread(), 0U);
  EXPECT_TRUE(texts.empty()) << "it pauses again, behind the last piece";
  reader.lock()->flow->Resume();
  connection.RunUntilQuiet();
  EXPECT_THAT(texts, ElementsAre("0123456789"));
}

TEST_F(BodyReaderTest, AResumeWithinThePieceEndsItsPause) {
  on_piece = [this] {
    reader.lock()->flow->Resume();
    return BodyStep{.pause = true, .answer = {}};
  };
  Arrive(std::string(kHead) + "0123456789");
  EXPECT_THAT(texts, ElementsAre("0123456789"));
}

TEST_F(BodyReaderTest, TheClientsTimeStandsStillDuringAPause) {
  on_piece = [] { return BodyStep{.pause = true, .answer = {}}; };
  Arrive(std::string(kHead) + "0123");
  connection.Advance(std::chrono::hours(1));
  EXPECT_TRUE(connection.handler.refusals.empty());
  reader.lock()->flow->Resume();
  connection.RunUntilQuiet();
  connection.Advance(milliseconds(999));
  EXPECT_TRUE(connection.handler.refusals.empty());
  connection.Advance(milliseconds(10));
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, Kind::kBodyTimeout);
  EXPECT_EQ(alive, 0) << "the reader is let go";
  EXPECT_TRUE(texts.empty());
}

TEST_F(BodyReaderTest, TheBudgetHoldsForThePiecesTogether) {
  budget = 9;
  Arrive(std::string(kHead) + "0123");
  Arrive("4567");
  EXPECT_TRUE(connection.handler.refusals.empty());
  Arrive("89");
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, Kind::kNoRoom);
  EXPECT_EQ(alive, 0);
}

TEST_F(BodyReaderTest, TheLimitsOfSizeHold) {
  std::string request = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 101; ++i) request += "3e8\r\n" + std::string(1'000, 'x') + "\r\n";
  Arrive(request);
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, Kind::kBodyTooLarge);
  EXPECT_TRUE(texts.empty());
}

TEST_F(BodyReaderTest, ADamagedCodingIsRefusedWhereItIsMet) {
  Arrive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello");
  ASSERT_EQ(connection.handler.refusals.size(), 1U);
  EXPECT_EQ(connection.handler.refusals.front().kind, Kind::kUndecodable);
  EXPECT_TRUE(texts.empty());
}

TEST_F(BodyReaderTest, ItMayAnswerBeforeTheEndAndTheRestIsReadAway) {
  on_piece = [] {
    BodyStep step;
    step.answer.emplace();
    step.answer->status = 400;
    return step;
  };
  Arrive(std::string(kHead) + "01");
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 400 "));
  EXPECT_EQ(alive, 0);
  Arrive("23456789GET /collected HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(connection.handler.bodies.size(), 1U);
  EXPECT_TRUE(texts.empty());
}

TEST_F(BodyReaderTest, AReaderThatThrowsIsAnswered500) {
  on_piece = []() -> BodyStep { throw std::runtime_error("internal text"); };
  Arrive(std::string(kHead) + "01");
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 500 "));
  EXPECT_EQ(connection.output().find("internal text"), std::string::npos);
}

TEST_F(BodyReaderTest, ABodyWithoutBytesHasNoPieces) {
  Arrive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(texts, ElementsAre(""));
}

TEST_F(BodyReaderTest, TheReaderIsLetGoWhenTheClientVanishes) {
  on_piece = [] { return BodyStep{.pause = true, .answer = {}}; };
  Arrive(std::string(kHead) + "0123");
  const BodyFlow flow = *reader.lock()->flow;
  connection.Disconnect();
  EXPECT_EQ(alive, 0);
  flow.Resume();
  connection.TakeMessages();
  EXPECT_TRUE(texts.empty());
}

TEST_F(BodyReaderTest, AHalfClosedClientWithHalfABodyIsClosed) {
  connection.Arrive(std::string(kHead) + "0123");
  connection.HalfClose();
  connection.RunUntilQuiet();
  EXPECT_TRUE(connection.closed());
}

TEST_F(BodyReaderTest, TheDrainWaitsForTheWholeBody) {
  Arrive(std::string(kHead) + "0123");
  connection.Drain();
  EXPECT_FALSE(connection.finished());
  Arrive("456789");
  EXPECT_THAT(texts, ElementsAre("0123456789"));
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
}

TEST_F(BodyReaderTest, ContinueIsSentForIt) {
  Arrive("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(connection.output(), "HTTP/1.1 100 Continue\r\n\r\n");
}

// Resumed from another thread, over a socket.
class SlowReader final : public BodyReader {
 public:
  explicit SlowReader(std::vector<std::thread>* threads, std::size_t* total)
      : threads_(threads), total_(total) {}
  void OnStart(BodyFlow flow) override { flow_ = std::move(flow); }
  BodyStep OnPiece(std::string_view piece) override {
    *total_ += piece.size();
    if (++pieces_ % 16 != 0) return {};
    threads_->emplace_back([flow = flow_] { flow.Resume(); });
    return {.pause = true, .answer = {}};
  }

 private:
  std::vector<std::thread>* const threads_;
  std::size_t* const total_;
  int pieces_ = 0;
  BodyFlow flow_;
};

template <typename Base>
class SlowBodies : public Base {
 protected:
  void Prepare() {
    this->handler.on_head = [this](const RequestHead&) {
      HeadVerdict verdict;
      verdict.reader = std::make_shared<SlowReader>(&threads_, &total_);
      return verdict;
    };
  }
  void Exchange(testing::HttpClient* client) {
    const std::string body(8'000'000, 'x');
    for (int i = 0; i < 2; ++i) {
      client->Send(testing::Post("/done", body));
      EXPECT_EQ(client->Read().body, "/done");
    }
    this->Stop();
    for (std::thread& thread : threads_) thread.join();
    EXPECT_EQ(total_, 16'000'000U);
    EXPECT_GT(threads_.size(), 2U);
  }

 private:
  std::vector<std::thread> threads_;
  std::size_t total_ = 0;
};

using SlowBodiesServer = SlowBodies<testing::ServerTest>;
TEST_F(SlowBodiesServer, ArriveWholeHoweverOftenTheyPause) {
  Prepare();
  Start();
  testing::HttpClient client(port());
  Exchange(&client);
}

// TLS: bytes that are already decrypted cause no event of the descriptor.
using SlowBodiesTlsServer = SlowBodies<testing::TlsServerTest>;
TEST_F(SlowBodiesTlsServer, ArriveWholeHoweverOftenTheyPause) {
  Prepare();
  StartTls();
  testing::TlsClient client(port());
  Exchange(&client);
}

}  // namespace
}  // namespace gateway::http
