#include "api/http/h1/chunked_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway::http {
namespace {

using Status = ChunkedDecoder::Status;

struct Decoded {
  Status status = Status::kNeedMore;
  std::string body;
  std::string rest;
};

// Feeds `input` in pieces of `piece` bytes until the decoder has a result.
Decoded Decode(std::string_view input, std::size_t piece, std::size_t max_line = 32) {
  ChunkedDecoder decoder(max_line);
  Decoded decoded;
  while (!input.empty()) {
    std::string_view part = input.substr(0, piece);
    const std::size_t size = part.size();
    while (true) {
      decoded.status = decoder.Feed(&part);
      if (decoded.status != Status::kData) break;
      decoded.body += decoder.data();
    }
    input.remove_prefix(size - part.size());
    if (decoded.status == Status::kNeedMore) continue;
    decoded.rest = input;
    EXPECT_EQ(decoded.status == Status::kMalformed, !decoder.error().empty());
    return decoded;
  }
  return decoded;
}

// The result does not depend on the split.
Decoded DecodeEachWay(std::string_view input, std::size_t max_line = 32) {
  const Decoded whole = Decode(input, input.size(), max_line);
  for (std::size_t piece = 1; piece < input.size(); ++piece) {
    const Decoded split = Decode(input, piece, max_line);
    EXPECT_EQ(split.status, whole.status) << input << " in pieces of " << piece;
    EXPECT_EQ(split.body, whole.body) << input << " in pieces of " << piece;
    if (whole.status == Status::kDone) {
      EXPECT_EQ(split.rest, whole.rest);
    }
  }
  return whole;
}

TEST(ChunkedDecoder, JoinsChunksAndLeavesWhatFollows) {
  const Decoded decoded = DecodeEachWay("5\r\nhello\r\nA\r\n, chunked!\r\n0\r\n\r\nGET /");
  EXPECT_EQ(decoded.status, Status::kDone);
  EXPECT_EQ(decoded.body, "hello, chunked!");
  EXPECT_EQ(decoded.rest, "GET /");
}

TEST(ChunkedDecoder, DataMayHoldAnything) {
  const Decoded decoded = DecodeEachWay(std::string_view("6\r\n\r\n0\r\n\0\r\n0\r\n\r\n", 16));
  EXPECT_EQ(decoded.status, Status::kDone);
  EXPECT_EQ(decoded.body, std::string("\r\n0\r\n\0", 6));
}

TEST(ChunkedDecoder, DropsExtensionsAndTrailers) {
  const Decoded decoded =
      DecodeEachWay("2;name=value\r\nab\r\n1 \t; q=\"x;y\"\r\nc\r\n0;last\r\nX: 1\r\nY:\r\n\r\n");
  EXPECT_EQ(decoded.status, Status::kDone);
  EXPECT_EQ(decoded.body, "abc");
}

TEST(ChunkedDecoder, SizesMayHaveLeadingZerosAndEitherCase) {
  EXPECT_EQ(DecodeEachWay("00a\r\n0123456789\r\n00\r\n\r\n").body, "0123456789");
  EXPECT_EQ(DecodeEachWay("0A\r\n0123456789\r\n000\r\n\r\n").status, Status::kDone);
}

TEST(ChunkedDecoder, IsNotDoneBeforeTheLastByte) {
  const std::string body = "1\r\na\r\n0\r\nT: 1\r\n\r\n";
  for (std::size_t length = 0; length < body.size(); ++length) {
    EXPECT_EQ(Decode(body.substr(0, length), body.size()).status, Status::kNeedMore) << length;
  }
}

TEST(ChunkedDecoder, RefusesWhatCanBeReadInTwoWays) {
  for (const char* input : {
           "\r\n",                                     // no size
           "x\r\n",                                    //
           "-1\r\n",                                   //
           "+1\r\na\r\n",                              //
           " 1\r\na\r\n",                              // white space in front
           "0x1\r\na\r\n",                             //
           "1 \r\na\r\n",                              // white space without an extension
           "1 x\r\na\r\n",                             //
           "1\na\n0\n\n",                              // bare LF
           "1\ra\r\n",                                 // bare CR
           "1;x\ny\r\na\r\n",                          // LF in an extension
           "0\r\nX: y\r\nHOST: h\r\n\r\n",             // a trailer that could change the request
           "0\r\nContent-Length: 5\r\n\r\n",           //
           "0\r\nTransfer-Encoding: chunked\r\n\r\n",  //
           "0\r\nconnection: close\r\n\r\n",           //
           "0\r\n(: y\r\n\r\n",                        // a trailer name that is no token
           "0\r\nX\xE9: y\r\n\r\n",                    //
           "1;x\ry\r\na\r\n",                          // CR in an extension
           "1;\x01\r\na\r\n",                          //
           "1\r\nab\r\n",                              // longer than it says
           "1\r\na\n",                                 // bare LF after the data
           "1\r\na\rx",                                //
           "1\r\na0\r\n\r\n",                          // no CRLF after the data
           "0\r\n\n",                                  // bare LF at the end
           "0\r\n\rx",                                 //
           "0\r\nX: 1\n\r\n",                          // bare LF in the trailers
           "0\r\nX\r\n\r\n",                           // no colon
           "0\r\n: 1\r\n\r\n",                         // no name
           "0\r\n X: 1\r\n\r\n",                       // folded
           "0\r\nX : 1\r\n\r\n",                       // space before the colon
           "0\r\nX: \x7F\r\n\r\n",                     //
           "1000000000000000\r\n",                     // 16 digits: over 60 bits
           "ffffffffffffffffff\r\n",                   // overflow
           "0000000000000000000001\r\n",               // too many digits, however small
       }) {
    EXPECT_EQ(DecodeEachWay(input).status, Status::kMalformed) << input;
  }
}

TEST(ChunkedDecoder, ALargeSizeIsNoOverflow) {
  ChunkedDecoder decoder(32);
  std::string_view input = "fffffffffffffff\r\nabc";
  EXPECT_EQ(decoder.Feed(&input), Status::kData);
  EXPECT_EQ(decoder.data(), "abc");
}

TEST(ChunkedDecoder, BoundsExtensionsOfAChunkAndAllTrailersTogether) {
  const std::string extension(32, 'e');
  EXPECT_EQ(DecodeEachWay("1;" + extension + "\r\na\r\n0\r\n\r\n", 40).status, Status::kDone);
  EXPECT_EQ(DecodeEachWay("1;" + extension + "\r\na\r\n", 20).status, Status::kTooLarge);
  EXPECT_EQ(DecodeEachWay("0\r\nA: 1\r\nB: 1\r\n\r\n", 10).status, Status::kDone);
  EXPECT_EQ(DecodeEachWay("0\r\nA: 1\r\nB: 1\r\nC: 1\r\n\r\n", 10).status, Status::kTooLarge);
}

TEST(ChunkedDecoder, ResetForgetsAHalfReadBody) {
  ChunkedDecoder decoder(32);
  std::string_view half = "5;ext\r\nab";
  EXPECT_EQ(decoder.Feed(&half), Status::kData);
  decoder.Reset();
  std::string_view next = "1\r\nx\r\n0\r\n\r\n";
  EXPECT_EQ(decoder.Feed(&next), Status::kData);
  EXPECT_EQ(decoder.data(), "x");
  EXPECT_EQ(decoder.Feed(&next), Status::kDone);
}

}  // namespace
}  // namespace gateway::http
