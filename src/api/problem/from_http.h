// Maps each http::RequestError to a problem, with a sentence that names the limit that was exceeded
// and the configuration key that sets it. Pure functions.
#ifndef GATEWAY_API_PROBLEM_FROM_HTTP_H_
#define GATEWAY_API_PROBLEM_FROM_HTTP_H_

#include "api/http/request_error.h"
#include "api/problem/problem.h"

namespace gateway {

ProblemType TypeOf(http::RequestError::Kind kind);
Problem FromHttp(const http::RequestError& error);

}  // namespace gateway

#endif  // GATEWAY_API_PROBLEM_FROM_HTTP_H_
