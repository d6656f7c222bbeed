// Coded bodies through framer and server: framing, turns and budgets around the decoder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "api/http/h1/framer.h"
#include "support/cpp/coding.h"
#include "support/cpp/http_server.h"
#include "support/cpp/request_errors.h"

namespace gateway::http {
namespace {

using testing::ClientResponse;
using testing::Get;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::Post;
using testing::ServerTest;
using testing::Zstd;
using Event = RequestFramer::Event;

constexpr std::size_t kMebibyte = 1024 * 1024;

std::string Chunked(std::string_view body) {
  constexpr std::size_t kChunk = 7;
  std::string out = "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += kChunk) {
    const std::string_view chunk = body.substr(at, kChunk);
    out += std::to_string(chunk.size()) + "\r\n" + std::string(chunk) + "\r\n";
  }
  return out + "0\r\n\r\n";
}

// The decoded body, or "error: " and the text of Describe.
class Reader {
 public:
  explicit Reader(ContentCoding coding) : coding_(coding) {}
  void Feed(std::string_view input) {
    for (;;) {
      switch (framer_.Feed(&input)) {
        case Event::kNeedMore:
          return;
        case Event::kHead:
          framer_.DecodeBody(coding_);
          break;
        case Event::kBodyData:
          break;
        case Event::kComplete:
          body_bytes = framer_.body_bytes();
          result = framer_.TakeBody();
          framer_.Reset();
          break;
        case Event::kError:
          result = "error: " + testing::Describe(framer_.error());
          return;
      }
    }
  }
  std::string result;
  std::size_t body_bytes = 0;

 private:
  const FramerLimits limits_;
  RequestFramer framer_{limits_};
  const ContentCoding coding_;
};

TEST(CodedBody, SplitAnywhereIsDecodedAlike) {
  const std::string text = "a text, a text, a text, and a text";
  for (const std::string& request : {Post("/", Gzip(text)), Chunked(Gzip(text))}) {
    for (std::size_t at = 1; at < request.size(); ++at) {
      Reader reader(ContentCoding::kGzip);
      reader.Feed(std::string_view(request).substr(0, at));
      reader.Feed(std::string_view(request).substr(at));
      ASSERT_EQ(reader.result, text) << "split at " << at;
      ASSERT_EQ(reader.body_bytes, Gzip(text).size());
    }
  }
}

TEST(CodedBody, CutOffInsideTheFramingIsRefused) {
  const std::string half = Gzip("a text").substr(0, 12);
  for (const std::string& request : {Post("/", half), Chunked(half), Chunked("")}) {
    Reader reader(ContentCoding::kGzip);
    reader.Feed(request);
    EXPECT_THAT(reader.result, HasSubstr("it is incomplete"));
  }
}

TEST(CodedBody, TheNextRequestOfTheConnectionIsNotDecoded) {
  Reader reader(ContentCoding::kGzip);
  reader.Feed(Post("/", Gzip("one")));
  EXPECT_EQ(reader.result, "one");
  reader.Feed(Post("/", Gzip("two")));
  EXPECT_EQ(reader.result, "two");

  const FramerLimits limits;
  RequestFramer framer(limits);
  const std::string requests = Post("/", Gzip("one")) + Post("/", "plain");
  std::string_view input = requests;
  ASSERT_EQ(framer.Feed(&input), Event::kHead);
  framer.DecodeBody(ContentCoding::kGzip);
  while (framer.Feed(&input) != Event::kComplete) {
  }
  framer.Reset();
  while (framer.Feed(&input) != Event::kComplete) {
  }
  EXPECT_EQ(framer.TakeBody(), "plain");
}

class CodedBodies : public ServerTest {
 protected:
  CodedBodies() {
    handler.on_head = [](const RequestHead& head) {
      HeadVerdict verdict;
      verdict.coding = ContentCodingOf(head).value_or(ContentCoding::kIdentity);
      return verdict;
    };
    handler.on_request = [](Request request, Responder responder) {
      const std::string text =
          std::to_string(request.body.size()) + " of " + std::to_string(request.sent_body_bytes);
      responder.Send([text] { return testing::TextResponse(200, text); });
    };
  }
};

TEST_F(CodedBodies, ArriveDecodedWithTheSizeThatWasSent) {
  Start();
  HttpClient client(port());
  const std::string body = Gzip(std::string(500, 'x'));
  EXPECT_EQ(client.Ask(Post("/", body, "Content-Encoding: gzip\r\n")).body,
            "500 of " + std::to_string(body.size()));
}

TEST_F(CodedBodies, LargerThanATurnOfTheLoopArriveWholeAndInOrder) {
  options.limits.framer.max_decoded_bytes = 64 * kMebibyte;
  Start();
  HttpClient client(port());
  // About 30-fold: one read of the socket needs many iterations.
  std::string text;
  while (text.size() < 12 * kMebibyte) {
    text += std::to_string(text.size() * 7919) + std::string(200, 'z');
  }
  for (const std::string& body : {Zstd(text), Gzip(text)}) {
    const std::string coding = body[0] == '\x1f' ? "gzip" : "zstd";
    ASSERT_LT(body.size(), text.size() / 20);
    client.Send(Post("/", body, "Content-Encoding: " + coding + "\r\n") + Post("/", "plain"));
    EXPECT_EQ(client.Read().body,
              std::to_string(text.size()) + " of " + std::to_string(body.size()));
    EXPECT_EQ(client.Read().body, "5 of 5");
  }
}

TEST_F(CodedBodies, ABombIsAnswered413AndTheConnectionEnds) {
  Start();
  HttpClient client(port());
  const std::string bomb = Gzip(std::string(64 * kMebibyte, '\0'));
  const ClientResponse answer = client.Ask(Post("/", bomb, "Content-Encoding: gzip\r\n"));
  EXPECT_EQ(answer.status, 413);
  EXPECT_EQ(answer.Field("Connection"), "close");
}

TEST_F(CodedBodies, DamagedAreAnswered400) {
  Start();
  HttpClient client(port());
  const ClientResponse answer = client.Ask(Post("/", "plain", "Content-Encoding: zstd\r\n"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr("undecodable-body"));
}

TEST_F(CodedBodies, OfNoBytesAreNoBody) {
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Post("/", "", "Content-Encoding: gzip\r\n")).body, "0 of 0");
}

TEST_F(CodedBodies, AreChargedForWhatTheyStandFor) {
  class Budget final : public RequestState {
   public:
    bool OnBodyBytes(std::size_t bytes) override { return bytes <= kMebibyte / 2; }
  };
  handler.on_head = [](const RequestHead&) {
    HeadVerdict verdict;
    verdict.coding = ContentCoding::kGzip;
    verdict.state = std::make_shared<Budget>();
    return verdict;
  };
  Start();
  HttpClient client(port());
  EXPECT_EQ(client.Ask(Post("/", Gzip(std::string(kMebibyte / 2, 'x')))).status, 200);
  EXPECT_EQ(client.Ask(Post("/", Gzip(std::string(kMebibyte, 'x')))).status, 503);
}

TEST(CodedBody, AChunkThatIsTooLargeIsRefusedByItsSizeAlsoWhenItsBytesAreNoCoding) {
  const std::string head =
      "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n9cccccc\r\n";
  Reader whole(ContentCoding::kZstd);
  whole.Feed(head + "this is not zstd");
  Reader pieces(ContentCoding::kZstd);
  pieces.Feed(head);
  EXPECT_THAT(whole.result, HasSubstr("body-too-large"));
  EXPECT_EQ(pieces.result, whole.result);
}

}  // namespace
}  // namespace gateway::http
