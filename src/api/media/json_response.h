// An answer in JSON. Pure function.
#ifndef GATEWAY_API_MEDIA_JSON_RESPONSE_H_
#define GATEWAY_API_MEDIA_JSON_RESPONSE_H_

#include <string>
#include <utility>

#include "api/http/message.h"
#include "api/media/negotiation.h"

namespace gateway {

inline http::Response JsonResponse(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = kJsonMediaType;
  response.body = std::move(body);
  return response;
}

}  // namespace gateway

#endif  // GATEWAY_API_MEDIA_JSON_RESPONSE_H_
