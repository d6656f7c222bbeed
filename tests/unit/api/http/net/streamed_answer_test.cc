// A streamed answer from both of its sides, without sockets: which bytes are sent and when, and
// which calls its writer gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/cpp/scripted_connection.h"
#include "support/cpp/stream_fixture.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::RecordingListener;
using testing::ScriptedConnection;
using Written = StreamWriter::Written;

constexpr std::string_view kGet = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

class StreamedAnswerTest : public ::testing::Test {
 protected:
  StreamedAnswerTest() {
    connection.handler.on_request = [this](Request request, Responder responder) {
      if (request.head.path != "/stream") {
        return responder.Send([path = std::string(request.head.path)] {
          Response response;
          response.body = path;
          return response;
        });
      }
      auto [made, stream] = MakeResponseStream(options, listener);
      writer = std::move(made);
      if (!first.empty()) writer.Write(first);
      responder.Send([answered = stream] {
        Response response;
        response.content_type = "text/plain";
        response.stream = answered;
        return response;
      });
    };
  }
  void Ask(std::string_view request = kGet) {
    connection.Arrive(request);
    connection.RunUntilQuiet();
  }
  Written Write(std::string_view piece) {
    const Written written = writer.Write(piece);
    connection.TakeMessages();
    return written;
  }
  void Finish() {
    writer.Finish();
    connection.TakeMessages();
  }
  // The bytes after the head of the stream.
  std::string Body() const {
    const std::size_t end = connection.output().find("\r\n\r\n");
    return end == std::string::npos ? "" : connection.output().substr(end + 4);
  }

  StreamOptions options;
  std::string first;  // written before the answer is sent
  std::shared_ptr<RecordingListener> listener = std::make_shared<RecordingListener>();
  StreamWriter writer;
  ScriptedConnection connection{ConnectionLimits()};
};

TEST_F(StreamedAnswerTest, ComesInChunksEachAsSoonAsItIsWritten) {
  Ask();
  EXPECT_THAT(connection.output(), HasSubstr("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(connection.output(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_EQ(connection.output().find("Content-Length"), std::string::npos);
  EXPECT_EQ(Body(), "");
  Write("hello");
  EXPECT_EQ(Body(), "5\r\nhello\r\n");
  Write(std::string(27, 'x'));
  EXPECT_EQ(Body(), "5\r\nhello\r\n1b\r\n" + std::string(27, 'x') + "\r\n");
  Finish();
  EXPECT_THAT(Body(), EndsWith("x\r\n0\r\n\r\n"));
  EXPECT_THAT(listener->events(), ElementsAre("finished"));
  EXPECT_FALSE(connection.closed());
}

TEST_F(StreamedAnswerTest, BytesWrittenBeforeTheAnswerLeaveWithItsHead) {
  first = "early";
  Ask();
  EXPECT_EQ(Body(), "5\r\nearly\r\n");
}

TEST_F(StreamedAnswerTest, AnEmptyPieceIsNotTheLastChunk) {
  Ask();
  Write("");
  EXPECT_EQ(Body(), "");
  Finish();
  EXPECT_EQ(Body(), kLastChunk);
}

TEST_F(StreamedAnswerTest, InHttp10ItEndsWithTheConnection) {
  Ask("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(connection.output().find("Transfer-Encoding"), std::string::npos);
  Write("hel");
  Write("lo");
  EXPECT_TRUE(connection.finished());
  Finish();
  EXPECT_EQ(Body(), "hello");
  EXPECT_THAT(listener->events(), ElementsAre("finished"));
  connection.HalfClose();
  connection.RunUntilQuiet();
  EXPECT_TRUE(connection.closed());
}

TEST_F(StreamedAnswerTest, HeadHasTheFieldsAndNoBodyAndEndsTheStreamAtOnce) {
  first = "unseen";
  Ask("HEAD /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(connection.output(), HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_EQ(Body(), "");
  EXPECT_THAT(listener->events(), ElementsAre("finished"));
  EXPECT_EQ(Write("more"), Written::kEnded);
  Ask("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(Body(), EndsWith("/next"));
}

TEST_F(StreamedAnswerTest, PipelinedRequestsWaitForItsEndAndAreAnsweredThen) {
  Ask(std::string(kGet) + "GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  connection.Arrive("GET /third HTTP/1.1\r\nHost: h\r\n\r\n");
  connection.RunUntilQuiet();
  Write("a");
  EXPECT_EQ(Body(), "1\r\na\r\n");
  EXPECT_GT(connection.unread(), 0U);
  Finish();
  connection.RunUntilQuiet();
  EXPECT_THAT(Body(), HasSubstr("1\r\na\r\n0\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_THAT(Body(), HasSubstr("/second"));
  EXPECT_THAT(Body(), EndsWith("/third"));
}

TEST_F(StreamedAnswerTest, AFullBufferHoldsTheWriterBackUntilHalfOfItIsFree) {
  options.max_buffered_bytes = 10;
  Ask();
  connection.SetRoom(0);
  EXPECT_EQ(Write("123456"), Written::kTaken);
  EXPECT_EQ(Write("7890"), Written::kTaken);
  EXPECT_EQ(Write("x"), Written::kFull);
  EXPECT_TRUE(listener->events().empty());
  connection.SetRoom(3);
  connection.RunUntilQuiet();
  EXPECT_TRUE(listener->events().empty()) << "the chunk is not out yet";
  connection.SetRoom(testing::ScriptedOutput::kUnlimited);
  connection.RunUntilQuiet();
  EXPECT_THAT(listener->events(), ElementsAre("writable"));
  EXPECT_EQ(Body(), "6\r\n123456\r\n4\r\n7890\r\n");
  EXPECT_EQ(Write("x"), Written::kTaken);
  Finish();
  EXPECT_THAT(Body(), EndsWith("1\r\nx\r\n0\r\n\r\n"));
}

TEST_F(StreamedAnswerTest, APieceLargerThanTheBufferIsTakenWhileNothingElseWaits) {
  options.max_buffered_bytes = 10;
  Ask();
  connection.SetRoom(0);
  EXPECT_EQ(Write(std::string(30, 'a')), Written::kTaken);
  EXPECT_EQ(Write("b"), Written::kFull);
}

TEST_F(StreamedAnswerTest, AWriterMayGoOnWithinOnWritable) {
  options.max_buffered_bytes = 10;
  int left = 1'000;
  const auto write_all = [&] {
    while (left > 0) {
      if (writer.Write("12345") != Written::kTaken) return;
      if (--left == 0) writer.Finish();
    }
  };
  listener->on_writable = write_all;
  Ask();
  write_all();
  connection.TakeMessages();
  EXPECT_EQ(left, 0);
  EXPECT_THAT(listener->events().back(), "finished");
}

TEST_F(StreamedAnswerTest, BytesWrittenWhileTheKernelIsFullFollowOnTheirOwn) {
  Ask();
  connection.SetRoom(0);
  Write("a");
  Write("b");
  writer.Finish();
  connection.TakeMessages();
  EXPECT_EQ(Body(), "");
  connection.SetRoom(testing::ScriptedOutput::kUnlimited);
  connection.RunUntilQuiet();
  EXPECT_EQ(Body(), "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
}

TEST_F(StreamedAnswerTest, EveryByteArrivesOnceHoweverLittleTheKernelTakes) {
  Ask();
  connection.SetRoom(0);
  std::string expected;
  for (int i = 0; i < 50; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 7 + 1), static_cast<char>('a' + i % 26));
    ASSERT_EQ(Write(piece), Written::kTaken);
    expected += piece;
    connection.SetRoom(1);
    connection.RunUntilQuiet();
  }
  Finish();
  for (int i = 0; i < 2'000; ++i) {
    connection.SetRoom(1);
    connection.RunUntilQuiet();
  }
  std::string body = Body();
  std::string text;
  while (true) {
    const std::size_t line = body.find("\r\n");
    ASSERT_NE(line, std::string::npos) << body;
    const std::size_t size = std::stoul(body.substr(0, line), nullptr, 16);
    if (size == 0) break;
    text += body.substr(line + 2, size);
    body.erase(0, line + 2 + size + 2);
  }
  EXPECT_EQ(body, kLastChunk);
  EXPECT_EQ(text, expected);
}

TEST_F(StreamedAnswerTest, AHeartbeatFollowsEachIntervalOfSilence) {
  options.heartbeat = ":\n";
  options.heartbeat_interval = milliseconds(100);
  Ask();
  connection.Advance(milliseconds(99));
  EXPECT_EQ(Body(), "");
  connection.Advance(milliseconds(1));
  EXPECT_EQ(Body(), "2\r\n:\n\r\n");
  connection.Advance(milliseconds(60));
  Write("x");
  connection.Advance(milliseconds(60));
  EXPECT_EQ(Body(), "2\r\n:\n\r\n1\r\nx\r\n") << "what was written counts as life";
  connection.Advance(milliseconds(140));
  EXPECT_EQ(Body(), "2\r\n:\n\r\n1\r\nx\r\n2\r\n:\n\r\n2\r\n:\n\r\n");
}

TEST_F(StreamedAnswerTest, TheDeadlineOfTheRequestEndsWithTheHead) {
  bool late = false;
  auto inner = connection.handler.on_request;
  connection.handler.on_request = [&](Request request, Responder responder) {
    responder.SetDeadline(connection.now() + milliseconds(10), [&late] { late = true; });
    inner(std::move(request), std::move(responder));
  };
  Ask();
  connection.Advance(std::chrono::hours(24));
  EXPECT_FALSE(late);
  EXPECT_FALSE(connection.closed());
  Write("still here");
  EXPECT_THAT(Body(), HasSubstr("still here"));
}

TEST_F(StreamedAnswerTest, AReaderThatTakesNothingInTimeIsClosed) {
  options.stall_timeout = milliseconds(500);
  Ask();
  connection.SetRoom(0);
  Write("x");
  connection.Advance(milliseconds(499));
  EXPECT_FALSE(connection.closed());
  connection.Advance(milliseconds(1));
  EXPECT_TRUE(connection.closed());
  EXPECT_THAT(listener->events(), ElementsAre("stalled"));
  EXPECT_TRUE(connection.metrics.Rejected("write-timeout"));
  EXPECT_EQ(writer.Write("y"), Written::kEnded);
}

TEST_F(StreamedAnswerTest, AtTheDrainTheWriterSaysGoodbye) {
  listener->on_drain = [this] {
    writer.Write("bye");
    writer.Finish();
  };
  Ask();
  connection.Drain();
  EXPECT_EQ(Body(), "3\r\nbye\r\n0\r\n\r\n");
  EXPECT_THAT(listener->events(), ElementsAre("drain", "finished"));
  connection.Advance(ConnectionLimits().settle);
  EXPECT_TRUE(connection.closed());
}

TEST_F(StreamedAnswerTest, AWriterThatIgnoresTheDrainIsCutOff) {
  options.drain_timeout = milliseconds(200);
  Ask();
  Write("x");
  connection.Drain();
  connection.Advance(milliseconds(199));
  EXPECT_FALSE(connection.closed());
  connection.Advance(milliseconds(1));
  EXPECT_TRUE(connection.closed());
  EXPECT_EQ(Body(), "1\r\nx\r\n") << "without the last chunk";
  EXPECT_THAT(listener->events(), ElementsAre("drain", "drained"));
}

TEST_F(StreamedAnswerTest, OneThatBeginsDuringTheDrainIsToldAtOnce) {
  connection.Arrive(kGet.substr(0, 10));
  connection.RunUntilQuiet();
  connection.Drain();
  Ask(kGet.substr(10));
  EXPECT_THAT(listener->events(), ElementsAre("drain"));
  Finish();
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(connection.finished());
}

TEST_F(StreamedAnswerTest, AnAbortEndsTheConnectionWithoutTheLastChunk) {
  Ask();
  Write("half");
  writer.Abort();
  connection.TakeMessages();
  EXPECT_TRUE(connection.closed());
  EXPECT_EQ(Body(), "4\r\nhalf\r\n");
  EXPECT_THAT(listener->events(), ElementsAre("aborted"));
}

TEST_F(StreamedAnswerTest, AWriterThatIsDroppedAborts) {
  Ask();
  writer = StreamWriter();
  connection.TakeMessages();
  EXPECT_TRUE(connection.closed());
  EXPECT_THAT(listener->events(), ElementsAre("aborted"));
}

TEST_F(StreamedAnswerTest, TheWriterLearnsThatTheClientHasGone) {
  Ask();
  connection.Disconnect();
  EXPECT_THAT(listener->events(), ElementsAre("client gone"));
  EXPECT_EQ(writer.Write("x"), Written::kEnded);
}

TEST_F(StreamedAnswerTest, TheWriterLearnsThatTheAnswerNeverBegan) {
  connection.Arrive(kGet);
  std::optional<Responder> kept;
  auto inner = connection.handler.on_request;
  connection.handler.on_request = [&](Request, Responder responder) {
    kept.emplace(std::move(responder));
  };
  connection.RunUntilQuiet();
  connection.Disconnect();
  auto [made, stream] = MakeResponseStream(options, listener);
  writer = std::move(made);
  kept->Send([answered = std::move(stream)] {
    Response response;
    response.stream = answered;
    return response;
  });
  connection.TakeMessages();
  EXPECT_THAT(listener->events(), ElementsAre("client gone"));
}

TEST_F(StreamedAnswerTest, AHalfClosedClientGetsAllOfIt) {
  connection.Arrive(kGet);
  connection.HalfClose();
  connection.RunUntilQuiet();
  Write("a");
  Finish();
  connection.RunUntilQuiet();
  EXPECT_EQ(Body(), "1\r\na\r\n0\r\n\r\n");
  EXPECT_TRUE(connection.closed());
}

TEST_F(StreamedAnswerTest, AnEarlyAnswerMayStreamAndThenCloses) {
  connection.handler.on_head = [this](const RequestHead&) {
    auto [made, stream] = MakeResponseStream(options, listener);
    writer = std::move(made);
    HeadVerdict verdict;
    verdict.answer.emplace();
    verdict.answer->stream = std::move(stream);
    return verdict;
  };
  Ask("POST /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhe");
  EXPECT_THAT(connection.output(), HasSubstr("\r\nConnection: close\r\n"));
  Write("no");
  Finish();
  EXPECT_EQ(Body(), "2\r\nno\r\n0\r\n\r\n");
  EXPECT_TRUE(connection.finished());
}

TEST_F(StreamedAnswerTest, OpenStreamsAndTheirBytesAreCounted) {
  Ask();
  EXPECT_EQ(connection.metrics.streams, 1);
  Write("hello");
  Finish();
  EXPECT_EQ(connection.metrics.streams, 0);
  EXPECT_EQ(connection.metrics.stream_bytes, 5U);
}

}  // namespace
}  // namespace gateway::http
