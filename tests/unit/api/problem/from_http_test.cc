// The problem and the exact detail for each http::RequestError.
#include "api/problem/from_http.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string>
#include <vector>

namespace gateway {
namespace {

using http::RequestError;
using Kind = RequestError::Kind;

struct Row {
  RequestError error;
  ProblemType type;
  std::string detail;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.detail; }

RequestError Undecodable() {
  RequestError error{Kind::kUndecodable, "it is incomplete"};
  error.coding = "gzip";
  return error;
}

const std::vector<Row>& Rows() {
  static const std::vector<Row> kRows = {
      {http::Malformed("The Host field is missing."), ProblemType::kBadRequest,
       "The Host field is missing."},
      {http::Exceeds(Kind::kRequestLineTooLong, 8'192), ProblemType::kTargetTooLong,
       "The request line has more than 8192 bytes of target (Http:MaxTargetBytes)."},
      {http::Exceeds(Kind::kTargetTooLong, 8'192, 9'000), ProblemType::kTargetTooLong,
       "The request target has 9000 bytes; at most 8192 are allowed (Http:MaxTargetBytes)."},
      {http::Exceeds(Kind::kHeadTooLarge, 16'384), ProblemType::kHeadTooLarge,
       "The head has more than 16384 bytes (Http:MaxHeadBytes)."},
      {http::Exceeds(Kind::kTooManyFields, 100), ProblemType::kHeadTooLarge,
       "The request has more than 100 header fields (Http:MaxHeaders)."},
      {{Kind::kUnknownMethod}, ProblemType::kMethodUnknown, "The method is not an HTTP method."},
      {{Kind::kUnsupportedVersion, "HTTP/2.0"},
       ProblemType::kVersionNotSupported,
       "The request uses HTTP/2.0; the gateway supports HTTP/1.1 and HTTP/1.0."},
      {{Kind::kUnknownExpectation},
       ProblemType::kExpectationFailed,
       "The only supported expectation is 100-continue."},
      {{Kind::kUnknownTransferCoding},
       ProblemType::kTransferCodingUnknown,
       "The only supported transfer coding is chunked."},
      {{Kind::kHeadTimeout},
       ProblemType::kRequestTimeout,
       "The head of the request did not arrive in time (Http:HeadTimeoutMs)."},
      {{Kind::kVerdictTimeout},
       ProblemType::kInternal,
       "The gateway did not decide in time whether to accept the request."},
      {http::Exceeds(Kind::kBodyTooLarge, 10), ProblemType::kBodyTooLarge,
       "The body has more than 10 bytes (Http:MaxBodyBytes)."},
      {http::Exceeds(Kind::kBodyTooLarge, 10, 11), ProblemType::kBodyTooLarge,
       "The body has 11 bytes; at most 10 are allowed (Http:MaxBodyBytes)."},
      {http::Exceeds(Kind::kTrailersTooLarge, 16'384), ProblemType::kHeadTooLarge,
       "A chunk extension or the trailers have more than 16384 bytes (Http:MaxHeadBytes)."},
      {{Kind::kBodyTimeout},
       ProblemType::kRequestTimeout,
       "The body of the request did not arrive in time (Http:BodyTimeoutMs, "
       "Http:MinBodyBytesPerSecond)."},
      {Undecodable(), ProblemType::kUndecodableBody,
       "The body does not match Content-Encoding: gzip; it is incomplete."},
      {http::Exceeds(Kind::kDecodedTooLarge, 33'554'432), ProblemType::kBodyTooLarge,
       "The body has more than 33554432 bytes once decoded (Http:MaxDecompressedBytes)."},
      {http::Exceeds(Kind::kExpandsTooMuch, 100), ProblemType::kBodyTooLarge,
       "The body grows more than 100-fold when decoded, which the gateway does not accept beyond "
       "1 MiB, even below Http:MaxDecompressedBytes. Send it without a Content-Encoding, or in "
       "several requests."},
      {{Kind::kNoMemory},
       ProblemType::kOverloaded,
       "The gateway has no memory left to decode the body."},
      {{Kind::kNoRoom}, ProblemType::kOverloaded, kNoRoomForBytes},
      {{Kind::kTooManyConnections}, ProblemType::kTooManyConnections, ""},
  };
  return kRows;
}

class FromHttpRow : public ::testing::TestWithParam<Row> {};
INSTANTIATE_TEST_SUITE_P(All, FromHttpRow, ::testing::ValuesIn(Rows()));

TEST_P(FromHttpRow, HasItsProblemAndItsSentence) {
  const Problem problem = FromHttp(GetParam().error);
  EXPECT_EQ(InfoOf(problem.type).name, InfoOf(GetParam().type).name);
  EXPECT_EQ(problem.detail, GetParam().detail);
  EXPECT_EQ(problem.persistence, Persistence::kNotPersisted);
}

TEST(FromHttp, EveryKindHasARow) {
  std::set<Kind> kinds;
  for (const Row& row : Rows()) kinds.insert(row.error.kind);
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(Kind::kTooManyConnections) + 1);
}

}  // namespace
}  // namespace gateway
