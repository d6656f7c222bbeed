// The seam for the ways in which an API family writes its errors: every route names one. The status
// and Retry-After are the problem's own in all of them. Immutable; any thread.
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
