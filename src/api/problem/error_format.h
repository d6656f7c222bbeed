// The interface of error formats, one per API family: every route names one. Status and Retry-After
// come from the problem in all formats. Immutable; any thread.
#ifndef GATEWAY_API_PROBLEM_ERROR_FORMAT_H_
#define GATEWAY_API_PROBLEM_ERROR_FORMAT_H_

#include <string>
#include <string_view>

#include "api/problem/problem.h"

namespace gateway {

class ErrorFormat {
 public:
  virtual ~ErrorFormat() = default;

  virtual std::string_view content_type() const = 0;  // static storage
  // Appends the body of the answer. `instance` is the path of the request; both are empty if there
  // is none.
  virtual void Append(const Problem& problem, std::string_view instance,
                      std::string_view request_id, std::string* out) const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_API_PROBLEM_ERROR_FORMAT_H_
