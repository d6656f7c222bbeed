// The wire formats of POST /api/kafka/send and /api/kafka/send/batch: bytes in, records out.
// Everything is validated before anything is sent, and every error has a JSON pointer.
// Pure functions; any thread.
//
// The bytes of a JSON `value` are forwarded exactly as they came: 1e400, key order, spacing and
// 30-digit integers survive. They are checked all the same: what this accepts is valid JSON (RFC
// 8259) in valid UTF-8, nested no deeper than kMaxValueDepth inside a value.
#ifndef GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_
#define GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_

#include <cstddef>
#include <string>

#include "api/json/json_reader.h"
#include "api/native/produce_request.h"
#include "api/problem/problem.h"
#include "service/types/result.h"

namespace gateway {

// A batch's default headers go into each of its records, so their number is bounded here already:
// a few bytes of body must not become gigabytes of headers.
inline constexpr std::size_t kMaxDefaultHeaders = 100;

// `body` must have a capacity of at least its size + kBodyPadding; it moves into the batch. A
// problem (kInvalidJson, with the byte offset) is a body that is not JSON; all else that is wrong
// is in `errors` of the request. More than `max_records` are found before they are all parsed.
Result<ProduceRequest, Problem> ParseSendRequest(std::string body);
Result<ProduceRequest, Problem> ParseBatchRequest(std::string body, std::size_t max_records);
// application/x-ndjson: a record a line, which LF or CRLF ends (the last need not end). Lines of
// white space only are skipped and do not count.
Result<ProduceRequest, Problem> ParseLinesRequest(std::string body, std::size_t max_records);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_JSON_REQUEST_PARSER_H_
