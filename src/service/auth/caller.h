// A principal and its rights. Made when an access file is loaded or a token is verified, then
// shared by all requests of that principal: a request keeps its caller to the end, even if another
// access file takes effect meanwhile. Immutable except for the buckets of its rates; any thread.
#ifndef GATEWAY_SERVICE_AUTH_CALLER_H_
#define GATEWAY_SERVICE_AUTH_CALLER_H_

#include <memory>

#include "service/auth/grants.h"
#include "service/auth/principal.h"
#include "service/auth/rates.h"

namespace gateway {

struct Caller {
  Principal principal;
  TopicRights rights;
  RateLimiter rate = {};
};

// Null if there is no access file; everything is allowed then.
using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_CALLER_H_
