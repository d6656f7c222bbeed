// Parses one complete request head: the strict reading of RFC 9112 and RFC 9110. Ambiguous requests
// are refused, never repaired, which prevents request smuggling past a proxy. Pure functions.
#ifndef GATEWAY_API_HTTP_H1_HEAD_PARSER_H_
#define GATEWAY_API_HTTP_H1_HEAD_PARSER_H_

#include <optional>
#include <string_view>

#include "api/http/message.h"
#include "api/http/request_error.h"

namespace gateway::http {

struct HeadLimits {
  std::size_t max_target_bytes = 8'192;
  std::size_t max_head_bytes = 16'384;  // request line and fields
  std::size_t max_fields = 100;
};

// Parses `block`: request line and fields, each line with its CRLF, without the empty line at the
// end. Every LF must be preceded by CR already. `head` is overwritten and points into `block`.
std::optional<RequestError> ParseHead(std::string_view block, const HeadLimits& limits,
                                      RequestHead* head);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_HEAD_PARSER_H_
