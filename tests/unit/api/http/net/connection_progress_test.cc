// A client that has sent a complete request gets its answer without sending more, regardless of how
// reads split the bytes, and of where the limits of a turn are reached.
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "support/cpp/coding.h"
#include "support/cpp/request_errors.h"
#include "support/cpp/scripted_connection.h"
#include "support/cpp/tls_server.h"

namespace gateway::http {
namespace {

using testing::Gzip;
using testing::HttpClient;
using testing::ScriptedConnection;
using testing::Zstd;

constexpr std::size_t kKibibyte = 1024;

// Compresses about 30-fold, so that the limit on decompression allows it.
std::string Text(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 250);
  while (text.size() < bytes) text += std::to_string(text.size() * 7919) + std::string(200, 'z');
  text.resize(bytes);
  return text;
}

struct Shape {
  const char* coding;  // "identity", "gzip", "zstd"
  bool chunked;
};
void PrintTo(const Shape& shape, std::ostream* out) {
  *out << shape.coding << (shape.chunked ? " in chunks" : "");
}

constexpr std::array kShapes = {Shape{"identity", false}, Shape{"identity", true},
                                Shape{"gzip", false},     Shape{"gzip", true},
                                Shape{"zstd", false},     Shape{"zstd", true}};

std::string Encode(std::string_view coding, std::string_view text) {
  if (coding == "gzip") return Gzip(text);
  if (coding == "zstd") return Zstd(text);
  return std::string(text);
}

std::string Chunked(std::string_view body, std::size_t chunk_bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (; !body.empty(); body.remove_prefix(std::min(chunk_bytes, body.size()))) {
    const std::string_view chunk = body.substr(0, chunk_bytes);
    std::string size;
    for (std::size_t rest = chunk.size(); rest != 0; rest /= 16) size.insert(0, 1, kHex[rest % 16]);
    out.append(size).append("\r\n").append(chunk).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

std::string RequestOf(const Shape& shape, std::string_view text, std::size_t chunk_bytes = 1'000) {
  const std::string body = Encode(shape.coding, text);
  const std::string head =
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: " + std::string(shape.coding) + "\r\n";
  if (shape.chunked) {
    return head + "Transfer-Encoding: chunked\r\n\r\n" + Chunked(body, chunk_bytes);
  }
  return head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// A turn has small limits, so that small bodies reach them.
ConnectionLimits ShortTurns() {
  ConnectionLimits limits;
  limits.turn = {.reads = 2, .requests = 3, .decoded_bytes = 32 * kKibibyte};
  return limits;
}

class Progress : public ::testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, Progress, ::testing::ValuesIn(kShapes), [](const auto& one) {
  return std::string(one.param.coding) + (one.param.chunked ? "Chunked" : "");
});

// Sizes near the limits of a decoder's buffer, a turn, a decoder's step, and a read.
std::vector<std::size_t> SizesAroundLimits() {
  std::vector<std::size_t> sizes = {0, 1};
  for (const std::size_t limit : {16 * kKibibyte, 32 * kKibibyte, 64 * kKibibyte, 128 * kKibibyte,
                                  BodyDecoder::kStepBytes, 2 * BodyDecoder::kStepBytes}) {
    for (const std::size_t off : {std::size_t{1}, 16 * kKibibyte}) {
      sizes.insert(sizes.end(), {limit - off, limit + off});
    }
    sizes.push_back(limit);
  }
  return sizes;
}

TEST_P(Progress, ABodyOfAnySizeAroundALimitIsAnsweredHoweverItIsCut) {
  for (const std::size_t size : SizesAroundLimits()) {
    const std::string text = Text(size);
    const std::string request = RequestOf(GetParam(), text);
    const std::size_t head = request.find("\r\n\r\n") + 4;
    for (const std::size_t cut : {request.size(), head, request.size() - 1, request.size() - 5,
                                  request.size() / 2, std::size_t{16} * kKibibyte}) {
      for (const bool half_close : {false, true}) {
        ScriptedConnection connection(ShortTurns());
        connection.Arrive(std::string_view(request).substr(0, cut));
        if (cut < request.size()) connection.Arrive(std::string_view(request).substr(cut));
        if (half_close) connection.HalfClose();
        connection.RunUntilQuiet();
        ASSERT_EQ(connection.handler.bodies.size(), 1U)
            << size << " bytes, cut at " << cut << " of " << request.size();
        ASSERT_TRUE(connection.handler.bodies.front() == text);
        ASSERT_EQ(connection.handler.answers, 1U);
        ASSERT_EQ(connection.closed(), half_close);
      }
    }
  }
}

TEST_P(Progress, ABodyThatArrivesInSmallPiecesIsAnswered) {
  const std::string text = Text(70 * kKibibyte);
  const std::string request = RequestOf(GetParam(), text);
  for (const std::size_t drip : {1U, 7U, 4'096U}) {
    for (const bool together : {false, true}) {
      if (drip == 1 && request.size() > 20'000) continue;  // saves a minute
      ScriptedConnection connection(ShortTurns());
      for (std::size_t at = 0; at < request.size(); at += drip) {
        connection.Arrive(std::string_view(request).substr(at, drip));
        if (!together) connection.RunUntilQuiet();
      }
      connection.RunUntilQuiet();
      ASSERT_EQ(connection.handler.bodies.size(), 1U) << drip << ", together: " << together;
      EXPECT_TRUE(connection.handler.bodies.front() == text);
    }
  }
}

TEST_P(Progress, ATurnThatIsOverWithTheBodyLeavesTheNextRequestsTheirs) {
  for (const std::size_t size : {32 * kKibibyte, BodyDecoder::kStepBytes}) {
    ScriptedConnection connection(ShortTurns());
    std::string requests;
    for (int i = 0; i < 9; ++i) requests += RequestOf(GetParam(), Text(size));
    connection.Arrive(requests);
    connection.RunUntilQuiet();
    EXPECT_EQ(connection.handler.answers, 9U);
  }
}

TEST_P(Progress, ATooLargeBodyIsAnsweredToo) {
  ConnectionLimits limits = ShortTurns();
  limits.framer.max_decoded_bytes = 32 * kKibibyte;
  limits.framer.max_body_bytes = 32 * kKibibyte;
  for (const std::size_t over : {std::size_t{1}, 16 * kKibibyte, BodyDecoder::kStepBytes}) {
    ScriptedConnection connection(limits);
    connection.Arrive(RequestOf(GetParam(), Text(32 * kKibibyte + over)));
    connection.RunUntilQuiet();
    ASSERT_EQ(connection.handler.refusals.size(), 1U) << over;
    EXPECT_EQ(testing::NameOf(connection.handler.refusals.front().kind).name, "body-too-large");
    EXPECT_NE(connection.output().find("\r\nConnection: close\r\n"), std::string::npos);
  }
}

// Pipelined requests, split anywhere into reads, which are spread over events.
TEST(AnyAcceptedBytes, EndInAnAnswerToEachRequestWithoutFurtherInput) {
  std::uint32_t state = 1;
  const auto random = [&state](std::size_t below) {
    state = state * 1'664'525 + 1'013'904'223;
    return static_cast<std::size_t>(state >> 8U) % below;
  };
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> texts;
    std::string bytes;
    for (std::size_t n = 1 + random(6); n > 0; --n) {
      const std::size_t scale = std::size_t{1} << random(19);
      texts.push_back(Text(scale + random(3) - 1));
      bytes += RequestOf(kShapes[random(kShapes.size())], texts.back(), 1 + random(5'000));
    }
    ConnectionLimits limits;
    limits.turn = {.reads = 1 + static_cast<int>(random(4)),
                   .requests = 1 + static_cast<int>(random(4)),
                   .decoded_bytes = 1 + random(100'000)};
    ScriptedConnection connection(limits);
    const std::size_t longest = 1 + random(100'000);
    for (std::string_view rest = bytes; !rest.empty();) {
      const std::size_t piece = 1 + random(longest);
      connection.Arrive(rest.substr(0, piece));
      rest.remove_prefix(std::min(piece, rest.size()));
      if (random(4) == 0) connection.RunUntilQuiet();
    }
    connection.RunUntilQuiet();
    ASSERT_TRUE(connection.handler.bodies == texts) << "round " << round;
    ASSERT_EQ(connection.handler.answers, texts.size());
  }
}

// With the real limits and the turns of the real loop, over sockets, without and with TLS.
class ProgressOverSockets : public testing::TlsServerTest {
 protected:
  ProgressOverSockets() {
    handler.on_head = [](const RequestHead& head) {
      HeadVerdict verdict;
      verdict.coding = ContentCodingOf(head).value_or(ContentCoding::kIdentity);
      return verdict;
    };
    handler.on_request = [](Request request, Responder responder) {
      const std::string size = std::to_string(request.body.size());
      responder.Send([size] { return testing::TextResponse(200, size); });
    };
  }

  template <typename Client>
  void AskAroundATurn() {
    const std::size_t turn = TurnLimits().decoded_bytes;
    for (const Shape& shape : kShapes) {
      for (const std::size_t size : {turn - 1, turn, turn + 1, turn + 6'318, 2 * turn}) {
        const std::string request = RequestOf(shape, Text(size), 16 * kKibibyte);
        Client client(port());
        client.Send(request);
        ASSERT_EQ(client.Read().body, std::to_string(size)) << shape.coding << shape.chunked;
        client.Send(request);  // on the same connection, and without further bytes
        client.HalfClose();
        ASSERT_EQ(client.Read().body, std::to_string(size)) << shape.coding << shape.chunked;
      }
    }
  }
};

TEST_F(ProgressOverSockets, AnyBodyAroundATurnIsAnswered) {
  Start();
  AskAroundATurn<HttpClient>();
}

TEST_F(ProgressOverSockets, AnyBodyAroundATurnIsAnsweredOverTls) {
  StartTls();
  AskAroundATurn<testing::TlsClient>();
}

}  // namespace
}  // namespace gateway::http
