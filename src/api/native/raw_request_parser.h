// The wire format of POST /api/kafka/topics/{topic}: the body is a value, which is not parsed, or
// each of its lines, or each element of its array; topic, key and the rest come from the target and
// the headers. Everything is validated before anything is sent, and every error names its
// parameter. Pure functions; any thread.
#ifndef GATEWAY_API_NATIVE_RAW_REQUEST_PARSER_H_
#define GATEWAY_API_NATIVE_RAW_REQUEST_PARSER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/native/native_request.h"
#include "api/problem/problem.h"
#include "service/types/result.h"

namespace gateway {

// `topic` comes from the path; nothing if its percent-encoding is not well-formed. `body` moves
// into the batch; no pointer into `head` is kept. Errors are in `errors` of the request. An empty
// body is a value only with an explicit Content-Length: 0 and a Content-Type. With ?split=array the
// body is a JSON array, and the exact bytes of each element are a value; a problem (kInvalidJson)
// if it is not JSON.
Result<NativeRequest, Problem> ParseRawRequest(std::optional<std::string_view> topic,
                                               const http::RequestHead& head, std::string body,
                                               std::size_t max_records);
// Of a media type of lines (kNdjsonNames): one record per line, which LF or CRLF ends (the last
// need not end). Empty lines are skipped.
Result<NativeRequest, Problem> ParseRawLinesRequest(std::optional<std::string_view> topic,
                                                    const http::RequestHead& head, std::string body,
                                                    std::size_t max_records);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_RAW_REQUEST_PARSER_H_
