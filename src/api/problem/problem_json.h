// Problems as JSON, the document of RFC 9457. Pure functions; any thread.
#ifndef GATEWAY_API_PROBLEM_PROBLEM_JSON_H_
#define GATEWAY_API_PROBLEM_PROBLEM_JSON_H_

#include <string>
#include <string_view>

#include "api/problem/error_format.h"
#include "api/problem/problem.h"

namespace gateway {

// Appends the document. An empty `instance` or `request_id` is left out: the problem of one record
// within a batch's result has neither.
void AppendProblemJson(const Problem& problem, std::string_view instance,
                       std::string_view request_id, std::string* out);

// application/problem+json: what the gateway's own routes answer. Never destroyed.
const ErrorFormat& ProblemJson();

}  // namespace gateway

#endif  // GATEWAY_API_PROBLEM_PROBLEM_JSON_H_
