// Names and statuses of the http library's refusals, for tests of that library alone (those of the
// gateway are in api/problem/from_http.h).
#ifndef GATEWAY_TESTS_SUPPORT_CPP_REQUEST_ERRORS_H_
#define GATEWAY_TESTS_SUPPORT_CPP_REQUEST_ERRORS_H_

#include <string>
#include <string_view>

#include "api/http/request_error.h"

namespace gateway::testing {

struct RefusalName {
  int status;
  std::string_view name;
};

inline RefusalName NameOf(http::RequestError::Kind kind) {
  using Kind = http::RequestError::Kind;
  switch (kind) {
    case Kind::kMalformed:
      return {400, "bad-request"};
    case Kind::kRequestLineTooLong:
    case Kind::kTargetTooLong:
      return {414, "target-too-long"};
    case Kind::kHeadTooLarge:
    case Kind::kTooManyFields:
    case Kind::kTrailersTooLarge:
      return {431, "head-too-large"};
    case Kind::kHeadTimeout:
    case Kind::kBodyTimeout:
      return {408, "request-timeout"};
    case Kind::kBodyTooLarge:
    case Kind::kDecodedTooLarge:
    case Kind::kExpandsTooMuch:
      return {413, "body-too-large"};
    case Kind::kUndecodable:
      return {400, "undecodable-body"};
    case Kind::kNoMemory:
    case Kind::kNoRoom:
    case Kind::kTooManyConnections:
      return {503, "overloaded"};
    default:
      return {501, "not-implemented"};
  }
}

// "undecodable-body: it is incomplete", or the name alone.
inline std::string Describe(const http::RequestError& error) {
  std::string text(NameOf(error.kind).name);
  if (!error.reason.empty()) text.append(": ").append(error.reason);
  return text;
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_REQUEST_ERRORS_H_
