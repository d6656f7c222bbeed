// Shared by the tests of the wire format.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_REQUEST_PARSER_TESTING_H_
#define GATEWAY_TESTS_SUPPORT_CPP_REQUEST_PARSER_TESTING_H_

#include <string>
#include <utility>
#include <vector>

#include "api/native/json_request_parser.h"

namespace gateway::testing {

// The refusal of a request for the errors that its parser found.
inline Result<NativeRequest, Problem> Judged(Result<NativeRequest, Problem> result) {
  if (!result.ok() || result.value().errors.empty()) return result;
  return Problem::FromError(std::move(result.value().errors).Build());
}

inline Result<NativeRequest, Problem> ParseSend(const std::string& text) {
  return Judged(ParseSendRequest(text));
}

inline Result<NativeRequest, Problem> ParseBatch(const std::string& text,
                                                 std::size_t max_records = 10'000) {
  return Judged(ParseBatchRequest(text, max_records));
}

inline Result<NativeRequest, Problem> ParseLines(const std::string& text,
                                                 std::size_t max_records = 10'000) {
  return Judged(ParseLinesRequest(text, max_records));
}

// "pointer: detail" of each error; the problem's detail if it lists none; "accepted".
inline std::vector<std::string> Faults(const Result<NativeRequest, Problem>& result) {
  if (result.ok()) return {"accepted"};
  std::vector<std::string> errors;
  for (const ErrorDetail& error : result.error().errors) {
    errors.push_back(error.pointer + ": " + error.detail);
  }
  if (errors.empty()) errors.push_back(result.error().detail);
  return errors;
}

// The pointers alone.
inline std::vector<std::string> Pointers(const Result<NativeRequest, Problem>& result) {
  if (result.ok()) return {"accepted"};
  std::vector<std::string> pointers;
  for (const ErrorDetail& error : result.error().errors) pointers.push_back(error.pointer);
  return pointers;
}

// A header as text: `name=value`, `name` for null.
inline std::vector<std::string> HeaderTexts(const Record& record) {
  std::vector<std::string> texts;
  for (const Header& header : record.headers) {
    texts.emplace_back(header.name);
    if (header.value) texts.back().append("=").append(*header.value);
  }
  return texts;
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_REQUEST_PARSER_TESTING_H_
