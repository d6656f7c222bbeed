#include "api/problem/from_http.h"

#include <string>

namespace gateway {
namespace {

using Kind = http::RequestError::Kind;

std::string MoreThan(std::string_view what, const http::RequestError& error,
                     std::string_view unit_and_key) {
  std::string text(what);
  text.append(" has more than ").append(std::to_string(error.limit)).append(" ");
  return text.append(unit_and_key).append(".");
}

std::string TooLargeBySize(std::string_view what, const http::RequestError& error,
                           std::string_view key) {
  std::string text(what);
  text.append(" has ").append(std::to_string(*error.size)).append(" bytes; at most ");
  text.append(std::to_string(error.limit)).append(" are allowed (");
  return text.append(key).append(").");
}

std::string BodyDetailOf(const http::RequestError& error) {
  switch (error.kind) {
    case Kind::kBodyTooLarge:
      return error.size ? TooLargeBySize("The body", error, "Http:MaxBodyBytes")
                        : MoreThan("The body", error, "bytes (Http:MaxBodyBytes)");
    case Kind::kTrailersTooLarge:
      return "A chunk extension or the trailers have more than " + std::to_string(error.limit) +
             " bytes (Http:MaxHeadBytes).";
    case Kind::kBodyTimeout:
      return "The body of the request did not arrive in time (Http:BodyTimeoutMs, "
             "Http:MinBodyBytesPerSecond).";
    case Kind::kUndecodable:
      return "The body does not match Content-Encoding: " + std::string(error.coding) + "; " +
             error.reason + ".";
    case Kind::kDecodedTooLarge:
      return MoreThan("The body", error, "bytes once decoded (Http:MaxDecompressedBytes)");
    case Kind::kExpandsTooMuch:
      return "The body grows more than " + std::to_string(error.limit) +
             "-fold when decoded, which the gateway does not accept beyond 1 MiB, even below "
             "Http:MaxDecompressedBytes. Send it without a Content-Encoding, or in several "
             "requests.";
    case Kind::kNoMemory:
      return "The gateway has no memory left to decode the body.";
    case Kind::kNoRoom:
      return kNoRoomForBytes;
    default:
      return "";
  }
}

std::string DetailOf(const http::RequestError& error) {
  switch (error.kind) {
    case Kind::kMalformed:
      return error.reason;
    case Kind::kRequestLineTooLong:
      return MoreThan("The request line", error, "bytes of target (Http:MaxTargetBytes)");
    case Kind::kTargetTooLong:
      return TooLargeBySize("The request target", error, "Http:MaxTargetBytes");
    case Kind::kHeadTooLarge:
      return MoreThan("The head", error, "bytes (Http:MaxHeadBytes)");
    case Kind::kTooManyFields:
      return MoreThan("The request", error, "header fields (Http:MaxHeaders)");
    case Kind::kUnknownMethod:
      return "The method is not an HTTP method.";
    case Kind::kUnsupportedVersion:
      return "The request uses " + error.reason + "; the gateway supports HTTP/1.1 and HTTP/1.0.";
    case Kind::kUnknownExpectation:
      return "The only supported expectation is 100-continue.";
    case Kind::kUnknownTransferCoding:
      return "The only supported transfer coding is chunked.";
    case Kind::kVerdictTimeout:
      return "The gateway did not decide in time whether to accept the request.";
    case Kind::kHeadTimeout:
      return "The head of the request did not arrive in time (Http:HeadTimeoutMs).";
    case Kind::kBodyTooLarge:
    case Kind::kTrailersTooLarge:
    case Kind::kBodyTimeout:
    case Kind::kUndecodable:
    case Kind::kDecodedTooLarge:
    case Kind::kExpandsTooMuch:
    case Kind::kNoMemory:
    case Kind::kNoRoom:
    case Kind::kTooManyConnections:
      return BodyDetailOf(error);
  }
  return "";
}

}  // namespace

ProblemType TypeOf(http::RequestError::Kind kind) {
  switch (kind) {
    case Kind::kMalformed:
      return ProblemType::kBadRequest;
    case Kind::kRequestLineTooLong:
    case Kind::kTargetTooLong:
      return ProblemType::kTargetTooLong;
    case Kind::kHeadTooLarge:
    case Kind::kTooManyFields:
    case Kind::kTrailersTooLarge:
      return ProblemType::kHeadTooLarge;
    case Kind::kUnknownMethod:
      return ProblemType::kMethodUnknown;
    case Kind::kUnsupportedVersion:
      return ProblemType::kVersionNotSupported;
    case Kind::kUnknownExpectation:
      return ProblemType::kExpectationFailed;
    case Kind::kUnknownTransferCoding:
      return ProblemType::kTransferCodingUnknown;
    case Kind::kHeadTimeout:
    case Kind::kBodyTimeout:
      return ProblemType::kRequestTimeout;
    case Kind::kBodyTooLarge:
    case Kind::kDecodedTooLarge:
    case Kind::kExpandsTooMuch:
      return ProblemType::kBodyTooLarge;
    case Kind::kUndecodable:
      return ProblemType::kUndecodableBody;
    case Kind::kNoMemory:
    case Kind::kNoRoom:
      return ProblemType::kOverloaded;
    case Kind::kTooManyConnections:
      return ProblemType::kTooManyConnections;
    case Kind::kVerdictTimeout:
      return ProblemType::kInternal;
  }
  return ProblemType::kInternal;
}

Problem FromHttp(const http::RequestError& error) {
  return Problem(TypeOf(error.kind), DetailOf(error));
}

}  // namespace gateway
