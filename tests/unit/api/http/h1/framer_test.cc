#include "api/http/h1/framer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/cpp/request_errors.h"

namespace gateway::http {
namespace {

using Event = RequestFramer::Event;

FramerLimits SmallLimits() {
  FramerLimits limits;
  limits.head = {.max_target_bytes = 40, .max_head_bytes = 160, .max_fields = 4};
  limits.max_body_bytes = 20;
  return limits;
}

// The requests and errors in some bytes, as one line for each, so that two results can be compared.
// Stops at the first error, as a connection does.
class Recorder {
 public:
  explicit Recorder(FramerLimits limits = SmallLimits()) : limits_(limits) {}

  void Feed(std::string_view input) {
    while (!failed_) {
      const Event event = framer_.Feed(&input);
      switch (event) {
        case Event::kNeedMore:
          EXPECT_TRUE(input.empty()) << "kNeedMore means that all is consumed";
          return;
        case Event::kHead:
          log_ += "head " + std::string(framer_.head().method_name) + ' ' +
                  std::string(framer_.head().path) + ' ' +
                  std::to_string(framer_.head().fields.size()) + '\n';
          EXPECT_TRUE(framer_.head_complete());
          break;
        case Event::kBodyData:
          break;
        case Event::kComplete: {
          const std::size_t bytes = framer_.body_bytes();
          const std::string body = framer_.TakeBody();
          EXPECT_EQ(body.size(), bytes);
          log_ += "body " + body + '\n';
          framer_.Reset();
          EXPECT_FALSE(framer_.started());
          break;
        }
        case Event::kError:
          log_ += "error " + std::string(testing::NameOf(framer_.error().kind).name) + '\n';
          failed_ = true;
          break;
      }
    }
  }
  const std::string& log() const { return log_; }

 private:
  const FramerLimits limits_;
  RequestFramer framer_{limits_};
  std::string log_;
  bool failed_ = false;
};

std::string InOnePiece(std::string_view input) {
  Recorder recorder;
  recorder.Feed(input);
  return recorder.log();
}

const std::string kGet = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kPost5 = "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
const std::string kChunkedHead =
    "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string kChunked = kChunkedHead + "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n";

struct Sample {
  const char* name;
  std::string input;
  std::string log;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << sample.name; }

class FramerSample : public ::testing::TestWithParam<Sample> {};

TEST_P(FramerSample, GivesWhatItShould) { EXPECT_EQ(InOnePiece(GetParam().input), GetParam().log); }

TEST_P(FramerSample, SplitAnywhereGivesTheSameAsInOnePiece) {
  const std::string& input = GetParam().input;
  for (std::size_t at = 1; at < input.size(); ++at) {
    Recorder recorder;
    recorder.Feed(std::string_view(input).substr(0, at));
    recorder.Feed(std::string_view(input).substr(at));
    ASSERT_EQ(recorder.log(), GetParam().log) << "split at " << at;
  }
}

TEST_P(FramerSample, ByteByByteGivesTheSameAsInOnePiece) {
  Recorder recorder;
  for (const char& c : GetParam().input) recorder.Feed({&c, 1});
  EXPECT_EQ(recorder.log(), GetParam().log);
}

INSTANTIATE_TEST_SUITE_P(
    All, FramerSample,
    ::testing::Values(
        Sample{"get", kGet, "head GET /a 1\nbody \n"},
        Sample{"post", kPost5, "head POST /b 2\nbody hello\n"},
        Sample{"chunked", kChunked, "head POST /c 2\nbody abcde\n"},
        Sample{"empty chunked", kChunkedHead + "0\r\n\r\n", "head POST /c 2\nbody \n"},
        Sample{"length 0", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
               "head POST / 2\nbody \n"},
        Sample{"pipelined", kGet + kPost5 + kChunked + kGet,
               "head GET /a 1\nbody \nhead POST /b 2\nbody hello\nhead POST /c 2\nbody "
               "abcde\nhead GET /a 1\nbody \n"},
        Sample{"chunked with trailers, then another", kChunked + kPost5,
               "head POST /c 2\nbody abcde\nhead POST /b 2\nbody hello\n"},
        Sample{"empty lines first", "\r\n\r\n" + kGet + "\r\n" + kGet,
               "head GET /a 1\nbody \nhead GET /a 1\nbody \n"},
        Sample{"carriage returns without end", std::string(40, '\r') + "x", ""},
        Sample{"half a head", "GET /a HTTP/1.1\r\nHost: h\r\n", ""},
        Sample{"half a body", kPost5.substr(0, kPost5.size() - 1), "head POST /b 2\n"},
        Sample{"bare LF", "GET / HTTP/1.1\nHost: h\n\n", "error bad-request\n"},
        Sample{"bare LF at the end", "GET / HTTP/1.1\r\nHost: h\r\n\n", "error bad-request\n"},
        Sample{"LF first", "\n" + kGet, "error bad-request\n"},
        Sample{"another protocol", "\x16\x03\x01", "error bad-request\n"},
        Sample{"space first", " ", "error bad-request\n"},
        Sample{"another protocol behind a request", kGet + "\x16",
               "head GET /a 1\nbody \nerror bad-request\n"},
        Sample{"bare CR", "GET / HTTP/1.1\rHost: h\r\n\r\n", "error bad-request\n"},
        Sample{"good, then bad", kGet + "bad\r\n\r\n", "head GET /a 1\nbody \nerror bad-request\n"},
        Sample{"body at the limit",
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n01234567890123456789",
               "head POST / 2\nbody 01234567890123456789\n"},
        Sample{"body over the limit by its length alone",
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\n\r\n",
               "error body-too-large\n"},
        Sample{"largest length",
               "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999999999\r\n\r\n",
               "error body-too-large\n"},
        Sample{"chunks at the limit",
               kChunkedHead + "A\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
               "head POST /c 2\nbody 01234567890123456789\n"},
        Sample{"chunks over the limit", kChunkedHead + "A\r\n0123456789\r\nB\r\n01234567890\r\n",
               "head POST /c 2\nerror body-too-large\n"},
        Sample{"chunk over the limit by its size alone", kChunkedHead + "15\r\n",
               "head POST /c 2\nerror body-too-large\n"},
        Sample{"chunk over what the limit leaves", kChunkedHead + "A\r\n0123456789\r\nB\r\n",
               "head POST /c 2\nerror body-too-large\n"},
        Sample{"chunk size over the limit, but broken", kChunkedHead + "15\rx",
               "head POST /c 2\nerror bad-request\n"},
        Sample{"broken chunk", kChunkedHead + "A\n", "head POST /c 2\nerror bad-request\n"},
        Sample{"long extension", kChunkedHead + "1;" + std::string(200, 'x') + "\r\n",
               "head POST /c 2\nerror head-too-large\n"},
        Sample{"target at the limit",
               "GET /" + std::string(39, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n",
               "head GET /" + std::string(39, 'a') + " 1\nbody \n"},
        Sample{"target over the limit",
               "GET /" + std::string(40, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n",
               "error target-too-long\n"},
        Sample{"target without end", "GET /" + std::string(500, 'a'), "error target-too-long\n"},
        Sample{"field without end", "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(500, 'a'),
               "error head-too-large\n"},
        Sample{"long field",
               "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(131, 'a') + "\r\n\r\n",
               "error head-too-large\n"},
        Sample{"too many fields", "GET / HTTP/1.1\r\nHost: h\r\nA:1\r\nB:1\r\nC:1\r\nD:1\r\n\r\n",
               "error head-too-large\n"}));

TEST(RequestFramer, AHeadAtTheLimitIsTaken) {
  std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX: \r\n";
  head.insert(head.size() - 2, std::string(160 - head.size(), 'a'));
  EXPECT_EQ(InOnePiece(head + "\r\n"), "head GET / 2\nbody \n");
  head.insert(head.size() - 2, "a");
  EXPECT_EQ(InOnePiece(head + "\r\n"), "error head-too-large\n");
}

// The line is longer than the limit of the whole head, and does not reach the limit of the target
// first: the framer must not drop a part of it and take the rest for a line.
TEST(RequestFramer, ALineLongerThanTheHeadIsRefusedAlsoWhenTheTargetLimitIsLarger) {
  FramerLimits limits = SmallLimits();
  limits.head = {.max_target_bytes = 1'000, .max_head_bytes = 100, .max_fields = 4};
  const std::string kept = "GET /" + std::string(87, 'a') + " HTTP/1.";
  ASSERT_EQ(kept.size(), 100U);
  const std::string line =
      kept + "1\r" + "xxxxxx\r\n";  // cut at 102 bytes it looks like the end of a line
  Recorder recorder(limits);
  recorder.Feed(line);
  recorder.Feed("Host: h\r\n\r\n");
  EXPECT_EQ(recorder.log(), "error head-too-large\n");
}

TEST(RequestFramer, ManyEmptyLinesBeforeARequestAreRefused) {
  Recorder recorder;
  for (int i = 0; i < 100; ++i) recorder.Feed("\r\n");
  EXPECT_EQ(recorder.log(), "error bad-request\n");
}

TEST(RequestFramer, ALengthTooLargeIsKnownWithItsHead) {
  const FramerLimits limits = SmallLimits();
  RequestFramer framer(limits);
  std::string_view input = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 21\r\n\r\n";
  EXPECT_EQ(framer.Feed(&input), Event::kError);
  EXPECT_TRUE(framer.head_complete()) << "so that the refusal can name the route";
  EXPECT_EQ(framer.head().path, "/x");
}

TEST(RequestFramer, ADiscardedBodyIsCountedButNotKept) {
  const FramerLimits limits = SmallLimits();
  RequestFramer framer(limits);
  std::string_view input = kPost5;
  EXPECT_EQ(framer.Feed(&input), Event::kHead);
  framer.DiscardBody();
  EXPECT_EQ(framer.Feed(&input), Event::kBodyData);
  EXPECT_EQ(framer.body_bytes(), 5U);
  EXPECT_EQ(framer.Feed(&input), Event::kComplete);
  EXPECT_EQ(framer.TakeBody(), "");
  framer.Reset();
  input = kPost5;
  EXPECT_EQ(framer.Feed(&input), Event::kHead);
  EXPECT_EQ(framer.Feed(&input), Event::kBodyData);
  EXPECT_EQ(framer.Feed(&input), Event::kComplete);
  EXPECT_EQ(framer.TakeBody(), "hello") << "discarding ends with its request";
}

TEST(RequestFramer, APromisedLengthCostsNoMemory) {
  FramerLimits limits;
  limits.max_body_bytes = 1'000'000'000;
  RequestFramer framer(limits);
  std::string_view input = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n\r\nx";
  EXPECT_EQ(framer.Feed(&input), Event::kHead);
  EXPECT_EQ(framer.Feed(&input), Event::kBodyData);
  EXPECT_LT(framer.TakeBody().capacity(), 100'000U);
}

TEST(RequestFramer, StartsWithTheFirstByteOfAHead) {
  const FramerLimits limits = SmallLimits();
  RequestFramer framer(limits);
  EXPECT_FALSE(framer.started());
  std::string_view empty_line = "\r\n";
  EXPECT_EQ(framer.Feed(&empty_line), Event::kNeedMore);
  EXPECT_FALSE(framer.started()) << "an empty line is no request";
  std::string_view first = "G";
  EXPECT_EQ(framer.Feed(&first), Event::kNeedMore);
  EXPECT_TRUE(framer.started());
  EXPECT_FALSE(framer.head_complete());
}

}  // namespace
}  // namespace gateway::http
