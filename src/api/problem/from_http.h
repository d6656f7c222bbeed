// What a request that cannot be taken looks like to its client: the problem of each
// http::RequestError, and the sentence that says which limit it met and which configuration key
// sets it. Pure functions.
#ifndef GATEWAY_API_PROBLEM_FROM_HTTP_H_
#define GATEWAY_API_PROBLEM_FROM_HTTP_H_

#include "api/http/request_error.h"
#include "api/problem/problem.h"

namespace gateway {

ProblemType TypeOf(http::RequestError::Kind kind);
Problem FromHttp(const http::RequestError& error);

}  // namespace gateway

#endif  // GATEWAY_API_PROBLEM_FROM_HTTP_H_
