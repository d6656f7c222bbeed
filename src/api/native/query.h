// Reads the query of a request's target: `name=value` pairs between `&`, percent-encoded, in which
// "+" is a space and "%2B" a plus. Strict, because a misspelt parameter must not be ignored:
// unknown and repeated names are errors. Pure functions.
#ifndef GATEWAY_API_NATIVE_QUERY_H_
#define GATEWAY_API_NATIVE_QUERY_H_

#include <cstddef>
#include <functional>
#include <memory_resource>
#include <span>
#include <string_view>

#include "api/native/validation_errors.h"

namespace gateway {

struct QueryNames {
  std::span<const std::string_view> known;
  std::string_view repeatable;  // the one that may be repeated; "" for none
};

// Calls `on_value` with the index of the name in `names.known` and the decoded value, which is in
// `arena`, in the order of the query.
void ReadQuery(std::string_view query, const QueryNames& names, std::pmr::memory_resource* arena,
               ValidationErrors* errors,
               const std::function<void(std::size_t name, std::string_view value)>& on_value);

// The detail of an error in a parameter of the query or the path.
inline constexpr std::string_view kMalformedEscape =
    "\"%\" must be followed by two hexadecimal digits: write \"%25\" for a percent sign.";

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_QUERY_H_
