#include "api/http/h1/head_parser.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway::http {
namespace {

using Kind = RequestError::Kind;

constexpr HeadLimits kLimits{.max_target_bytes = 64, .max_head_bytes = 512, .max_fields = 6};

// Turns LF into CRLF: blocks with LF are easier to read.
std::string Block(std::string_view lines) {
  std::string block;
  for (const char c : lines) {
    if (c == '\n') block += '\r';
    block += c;
  }
  return block;
}

struct Refused {
  const char* why;
  std::string lines;
  Kind kind = Kind::kMalformed;
};

void PrintTo(const Refused& row, std::ostream* out) { *out << row.why; }

class RefusedHead : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedHead, IsRefusedWithItsOwnProblem) {
  RequestHead head;
  const auto error = ParseHead(Block(GetParam().lines), kLimits, &head);
  ASSERT_TRUE(error.has_value()) << "accepted: " << GetParam().lines;
  EXPECT_EQ(error->kind, GetParam().kind) << error->reason;
  EXPECT_EQ(error->reason.ends_with('.'), error->kind == Kind::kMalformed) << error->reason;
}

const std::string kPost = "POST / HTTP/1.1\nHost: h\n";

INSTANTIATE_TEST_SUITE_P(
    Framing, RefusedHead,
    ::testing::Values(
        Refused{"space before the colon", kPost + "Content-Length : 5\n"},
        Refused{"two lengths", kPost + "Content-Length: 5\nContent-Length: 6\n"},
        Refused{"two equal lengths", kPost + "Content-Length: 5\nContent-Length: 5\n"},
        Refused{"list of lengths", kPost + "Content-Length: 5, 5\n"},
        Refused{"plus", kPost + "Content-Length: +5\n"},
        Refused{"minus", kPost + "Content-Length: -1\n"},
        Refused{"letters", kPost + "Content-Length: 5abc\n"},
        Refused{"hexadecimal", kPost + "Content-Length: 0x5\n"},
        Refused{"fraction", kPost + "Content-Length: 5.0\n"},
        Refused{"no digits", kPost + "Content-Length:\n"},
        Refused{"20 digits", kPost + "Content-Length: 99999999999999999999\n"},
        Refused{"19 digits", kPost + "Content-Length: 0000000000000000005\n"},
        Refused{"length and coding", kPost + "Content-Length: 5\nTransfer-Encoding: chunked\n"},
        Refused{"coding and length", kPost + "Transfer-Encoding: chunked\nContent-Length: 5\n"},
        Refused{"two codings", kPost + "Transfer-Encoding: chunked\nTransfer-Encoding: chunked\n"},
        Refused{"coding list", kPost + "Transfer-Encoding: gzip, chunked\n",
                Kind::kUnknownTransferCoding},
        Refused{"identity", kPost + "Transfer-Encoding: identity\n", Kind::kUnknownTransferCoding},
        Refused{"empty coding", kPost + "Transfer-Encoding:\n", Kind::kUnknownTransferCoding},
        Refused{"chunked twice", kPost + "Transfer-Encoding: chunked, chunked\n",
                Kind::kUnknownTransferCoding},
        Refused{"coding in 1.0", "POST / HTTP/1.0\nTransfer-Encoding: chunked\n"},
        Refused{"other expectation", kPost + "Expect: something-else\n",
                Kind::kUnknownExpectation}));

INSTANTIATE_TEST_SUITE_P(
    Fields, RefusedHead,
    ::testing::Values(
        Refused{"no Host", "GET / HTTP/1.1\n"}, Refused{"two Hosts", kPost + "Host: h\n"},
        Refused{"Host port not a number", "GET / HTTP/1.1\nHost: h:x\n"},
        Refused{"Host port too large", "GET / HTTP/1.1\nHost: h:65536\n"},
        Refused{"Host port with sign", "GET / HTTP/1.1\nHost: h:+80\n"},
        Refused{"Host with path", "GET / HTTP/1.1\nHost: h/p\n"},
        Refused{"Host with user", "GET / HTTP/1.1\nHost: u@h\n"},
        Refused{"Host with space", "GET / HTTP/1.1\nHost: h h\n"},
        Refused{"Host with open bracket", "GET / HTTP/1.1\nHost: [::1\n"},
        Refused{"Host with too many groups", "GET / HTTP/1.1\nHost: [1:2:3:4:5:6:7:8:9]\n"},
        Refused{"Host with colons alone", "GET / HTTP/1.1\nHost: [:::::]\n"},
        Refused{"Host with NUL in brackets", std::string("GET / HTTP/1.1\nHost: [::1\0]\n", 29)},
        Refused{"Host with text behind bracket", "GET / HTTP/1.1\nHost: [::1]x\n"},
        Refused{"Host with broken escape", "GET / HTTP/1.1\nHost: h%4\n"},
        Refused{"NUL in a value", kPost + std::string("X: a\0b\n", 7)},
        Refused{"DEL in a value", kPost + "X: a\x7F\n"},
        Refused{"CR in a value", kPost + "X: a\rb\n"},
        Refused{"CR before CRLF", kPost + "X: a\r\n"}, Refused{"CR in a name", kPost + "X\rY: a\n"},
        Refused{"no name", kPost + ": a\n"}, Refused{"no colon", kPost + "Xa\n"},
        Refused{"space in a name", kPost + "X Y: a\n"},
        Refused{"umlaut in a name", kPost + "\xC3\xA4: a\n"},
        Refused{"folded", kPost + "X: a\n b\n"}, Refused{"folded by tab", kPost + "X: a\n\tb\n"},
        Refused{"first field begins with space", "GET / HTTP/1.1\n Host: h\n"},
        Refused{"empty line inside", kPost + "\nX: a\n"},
        Refused{"line without end", kPost + "X: a"},
        Refused{"too many", kPost + "A:1\nB:1\nC:1\nD:1\nE:1\nF:1\n", Kind::kTooManyFields}));

INSTANTIATE_TEST_SUITE_P(
    RequestLine, RefusedHead,
    ::testing::Values(
        Refused{"nothing", ""}, Refused{"no version", "GET /\nHost: h\n"},
        Refused{"two spaces", "GET  / HTTP/1.1\nHost: h\n"},
        Refused{"space behind", "GET / HTTP/1.1 \nHost: h\n"},
        Refused{"space in front", " GET / HTTP/1.1\nHost: h\n"},
        Refused{"tab", "GET\t/\tHTTP/1.1\nHost: h\n"},
        Refused{"space in the target", "GET /a b HTTP/1.1\nHost: h\n"},
        Refused{"method is no token", "G@T / HTTP/1.1\nHost: h\n"},
        Refused{"lower-case method", "get / HTTP/1.1\nHost: h\n", Kind::kUnknownMethod},
        Refused{"other method", "BREW / HTTP/1.1\nHost: h\n", Kind::kUnknownMethod},
        Refused{"HTTP/2.0", "GET / HTTP/2.0\nHost: h\n", Kind::kUnsupportedVersion},
        Refused{"HTTP/0.9", "GET / HTTP/0.9\nHost: h\n", Kind::kUnsupportedVersion},
        Refused{"lower-case version", "GET / http/1.1\nHost: h\n"},
        Refused{"long version", "GET / HTTP/1.10\nHost: h\n"},
        Refused{"short version", "GET / HTTP/1\nHost: h\n"},
        Refused{"version with NUL", std::string("GET / HTTP/1.\0\nHost: h\n", 23)},
        Refused{"fragment", "GET /a#b HTTP/1.1\nHost: h\n"},
        Refused{"umlaut", "GET /\xC3\xA4 HTTP/1.1\nHost: h\n"},
        Refused{"broken escape", "GET /%zz HTTP/1.1\nHost: h\n"},
        Refused{"escape cut off", "GET /%4 HTTP/1.1\nHost: h\n"},
        Refused{"no slash", "GET a HTTP/1.1\nHost: h\n"},
        Refused{"asterisk with GET", "GET * HTTP/1.1\nHost: h\n"},
        Refused{"other scheme", "GET ftp://h/ HTTP/1.1\nHost: h\n"},
        Refused{"scheme without host", "GET http:///a HTTP/1.1\nHost: h\n"},
        Refused{"user in the target", "GET http://u@h/ HTTP/1.1\nHost: h\n"},
        Refused{"bad port in the target", "GET http://h:x/ HTTP/1.1\nHost: h\n"},
        Refused{"open bracket in the target", "GET http://[::1/ HTTP/1.1\nHost: h\n"},
        Refused{"scheme alone", "GET http:// HTTP/1.1\nHost: h\n"},
        Refused{"long target", "GET /" + std::string(64, 'a') + " HTTP/1.1\nHost: h\n",
                Kind::kTargetTooLong}));

RequestHead Parse(const std::string& block) {
  RequestHead head;
  const auto error = ParseHead(block, kLimits, &head);
  EXPECT_FALSE(error.has_value()) << (error ? error->reason : "");
  return head;
}

TEST(ParseHead, SplitsTheRequestLineAndTheFields) {
  const std::string block =
      Block("POST /a/b?c=d%20e&f HTTP/1.1\nHost: h:80\nX-Y:  \t z z \t\nX-y:\n");
  const RequestHead head = Parse(block);
  EXPECT_EQ(head.method, Method::kPost);
  EXPECT_EQ(head.method_name, "POST");
  EXPECT_EQ(head.path, "/a/b");
  EXPECT_EQ(head.query, "c=d%20e&f");
  EXPECT_EQ(head.minor_version, 1);
  ASSERT_EQ(head.fields.size(), 3U);
  EXPECT_EQ(head.Find("x-Y"), "z z") << "the first of that name, without the white space around it";
  EXPECT_EQ(head.fields[2].value, "");
  EXPECT_EQ(head.Find("absent"), std::nullopt);
  EXPECT_FALSE(head.HasBody());
}

TEST(ParseHead, KnowsEachMethodOfHttp) {
  for (const char* name : {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"}) {
    const std::string block = Block(std::string(name) + " / HTTP/1.1\nHost: h\n");
    EXPECT_EQ(MethodName(Parse(block).method), name);
  }
}

TEST(ParseHead, RoutesAbsoluteFormByItsPath) {
  const std::string plain = Block("GET http://h/y?z HTTP/1.1\nHost: other\n");
  EXPECT_EQ(Parse(plain).path, "/y");
  EXPECT_EQ(Parse(plain).query, "z");
  const std::string bare = Block("GET HTTPS://h HTTP/1.1\nHost: h\n");
  EXPECT_EQ(Parse(bare).path, "/");
  const std::string query = Block("GET http://h?q HTTP/1.1\nHost: h\n");
  EXPECT_EQ(Parse(query).path, "/");
  EXPECT_EQ(Parse(query).query, "q");
}

TEST(ParseHead, AsteriskBelongsToOptions) {
  const std::string block = Block("OPTIONS * HTTP/1.1\nHost: h\n");
  EXPECT_EQ(Parse(block).path, "*");
}

TEST(ParseHead, ConnectIsTakenSoThatItsAnswerIs405) {
  const std::string block = Block("CONNECT h:80 HTTP/1.1\nHost: h:80\n");
  EXPECT_EQ(Parse(block).method, Method::kConnect);
  EXPECT_EQ(Parse(block).path, "/");
}

TEST(ParseHead, AConnectionEndsWithItsConnect) {
  const std::string block = Block("CONNECT h:80 HTTP/1.1\nHost: h:80\nConnection: keep-alive\n");
  RequestHead head;
  ASSERT_FALSE(ParseHead(block, kLimits, &head));
  EXPECT_FALSE(head.keep_alive);
}

TEST(ParseHead, TakesLegalHosts) {
  for (const char* host : {"", "h", "h:", "h:0", "h:65535", "a.b-c_d", "127.0.0.1:80", "[::1]",
                           "[fe80::1]:8080", "h%41"}) {
    RequestHead head;
    const std::string block = Block("GET / HTTP/1.1\nHost: " + std::string(host) + "\n");
    EXPECT_FALSE(ParseHead(block, kLimits, &head).has_value()) << host;
  }
}

TEST(ParseHead, AnHttp10ClientNeedsNoHostAndIsClosedUnlessItAsksNot) {
  const std::string plain = Block("GET / HTTP/1.0\n");
  EXPECT_EQ(Parse(plain).minor_version, 0);
  EXPECT_FALSE(Parse(plain).keep_alive);
  const std::string kept = Block("GET / HTTP/1.0\nConnection: Keep-Alive\n");
  EXPECT_TRUE(Parse(kept).keep_alive);
}

TEST(ParseHead, ConnectionIsAListWithoutCaseAndCloseWins) {
  const auto keeps = [](std::string_view value) {
    const std::string block =
        Block("GET / HTTP/1.1\nHost: h\nConnection: " + std::string(value) + "\n");
    return Parse(block).keep_alive;
  };
  EXPECT_TRUE(keeps("keep-alive"));
  EXPECT_TRUE(keeps("upgrade, closed"));
  EXPECT_FALSE(keeps("CLOSE"));
  EXPECT_FALSE(keeps("x ,\tClose , y"));
  EXPECT_FALSE(keeps("close, keep-alive"));
  EXPECT_FALSE(keeps("keep-alive,close"));
}

TEST(ParseHead, ContentLengthMayHaveLeadingZeros) {
  const std::string block = Block(kPost + "content-length: 000000000000000005\n");
  EXPECT_EQ(Parse(block).content_length, 5U);
  EXPECT_TRUE(Parse(block).HasBody());
}

TEST(ParseHead, ChunkedIsRecognisedWithoutCase) {
  const std::string block = Block(kPost + "transfer-encoding: CHUNKED \n");
  EXPECT_TRUE(Parse(block).chunked);
  EXPECT_TRUE(Parse(block).HasBody());
}

TEST(ParseHead, AnExpectationCountsOnlyWithABodyAndInHttp11) {
  const std::string with = Block(kPost + "Expect: 100-Continue\nContent-Length: 1\n");
  EXPECT_TRUE(Parse(with).expects_continue);
  const std::string empty = Block(kPost + "Expect: 100-continue\nContent-Length: 0\n");
  EXPECT_FALSE(Parse(empty).expects_continue);
  const std::string old = Block("POST / HTTP/1.0\nExpect: 100-continue\nContent-Length: 1\n");
  EXPECT_FALSE(Parse(old).expects_continue);
}

TEST(ParseHead, IgnoresABadDateCookieAndAccept) {
  const std::string block = Block(kPost + "Date: never\nCookie: =;=\nAccept: ///\n");
  EXPECT_EQ(Parse(block).fields.size(), 4U);
}

TEST(ParseHead, LeavesNothingOfTheRequestBefore) {
  RequestHead head;
  const std::string first =
      Block(kPost + "Content-Length: 5\nExpect: 100-continue\nConnection: close\n");
  ASSERT_FALSE(ParseHead(first, kLimits, &head).has_value());
  const std::string second = Block("GET / HTTP/1.1\nHost: h\n");
  ASSERT_FALSE(ParseHead(second, kLimits, &head).has_value());
  EXPECT_EQ(head.fields.size(), 1U);
  EXPECT_EQ(head.content_length, std::nullopt);
  EXPECT_FALSE(head.expects_continue);
  EXPECT_TRUE(head.keep_alive);
}

}  // namespace
}  // namespace gateway::http
