// Parses one complete request head: the strict reading of RFC 9112 and RFC 9110. Ambiguous requests
// are refused, never repaired, which prevents request smuggling past a proxy. Pure functions.
#ifndef GATEWAY_API_HTTP_H1_HEAD_PARSER_H_
#define GATEWAY_API_HTTP_H1_HEAD_PARSER_H_

#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/problem/problem.h"

namespace gateway::http {

// Why a request is refused. The connection then closes, because the start of the next request is
// unknown.
struct FramingError {
  ProblemType type = ProblemType::kBadRequest;
  std::string detail;
};

struct HeadLimits {
  std::size_t max_target_bytes = 8'192;  // Http:MaxTargetBytes
  std::size_t max_head_bytes = 16'384;   // Http:MaxHeadBytes: request line and fields
  std::size_t max_fields = 100;          // Http:MaxHeaders
};

// Parses `block`: request line and fields, each line with its CRLF, without the empty line at the
// end. Every LF must be preceded by CR already. `head` is overwritten and points into `block`.
std::optional<FramingError> ParseHead(std::string_view block, const HeadLimits& limits,
                                      RequestHead* head);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_HEAD_PARSER_H_
