// X-Request-Id: the client's if it is well-formed, else a new UUID version 7 (RFC 9562, 5.7). Any
// thread.
#ifndef GATEWAY_API_PIPELINE_REQUEST_ID_H_
#define GATEWAY_API_PIPELINE_REQUEST_ID_H_

#include <optional>
#include <string>
#include <string_view>

#include "service/types/record.h"

namespace gateway {

// `[A-Za-z0-9._-]{1,128}`: nothing that could break a log line or a header.
bool IsWellFormedRequestId(std::string_view id);
std::string MakeRequestId(TimestampMs unix_ms);
std::string RequestIdOf(std::optional<std::string_view> sent, TimestampMs unix_ms);

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_REQUEST_ID_H_
