// Checks whether a route supports the media type of a request, and says what to send instead. Pure
// functions; any thread.
#ifndef GATEWAY_API_MEDIA_BODY_TYPE_H_
#define GATEWAY_API_MEDIA_BODY_TYPE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/http/message.h"

namespace gateway {

// `wanted`: what the route consumes (router.h), not empty. Returns nothing if the media type is
// supported, else why not, for the problem's detail.
std::optional<std::string> WhyNotTaken(const http::RequestHead& head,
                                       std::span<const std::string_view> wanted);

}  // namespace gateway

#endif  // GATEWAY_API_MEDIA_BODY_TYPE_H_
