// The wire formats of POST /api/kafka/send and /api/kafka/send/batch: bytes in, records out.
// Everything is validated before anything is sent, and every error has a JSON pointer.
// Pure functions; any thread.
//
// The bytes of a JSON `value` are forwarded exactly as they came: 1e400, key order, spacing and
// 30-digit integers survive. They are still validated: accepted JSON is valid (RFC 8259), in valid
// UTF-8, and nested at most kMaxValueDepth deep inside a value.
#ifndef GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_
#define GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_

#include <cstddef>
#include <string>

#include "api/json/json_reader.h"
#include "api/native/native_request.h"
#include "api/problem/problem.h"
#include "service/types/result.h"

namespace gateway {

// Each record gets the batch's default headers, so their number is limited already here: a few
// bytes of body must not become gigabytes of headers.
inline constexpr std::size_t kMaxDefaultHeaders = 100;

// `body` moves into the batch. Returns a problem (kInvalidJson, with the byte offset) if the body
// is not JSON; all other errors are in `errors` of the request. Parsing stops after more than
// `max_records`.
Result<NativeRequest, Problem> ParseSendRequest(std::string body);
Result<NativeRequest, Problem> ParseBatchRequest(std::string body, std::size_t max_records);
// application/x-ndjson: one record per line; lines end with LF or CRLF (optional for the last).
// Blank lines are skipped and do not count.
Result<NativeRequest, Problem> ParseLinesRequest(std::string body, std::size_t max_records);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_
