// The problems of a body that is not valid JSON. Pure functions; any thread.
#ifndef GATEWAY_API_NATIVE_JSON_BODY_H_
#define GATEWAY_API_NATIVE_JSON_BODY_H_

#include <cstddef>
#include <optional>
#include <string_view>

#include "api/json/json_reader.h"
#include "api/problem/problem.h"

namespace gateway {

// Checks the encoding of a body before it is parsed as JSON.
std::optional<Problem> CheckJsonEncoding(std::string_view body);

// Describes why `reader` stopped. Its text begins at `text_at` of the body, and is the whole body
// or, if `line` is not 0, that line.
Problem JsonProblem(std::string_view body, const JsonReader& reader, std::size_t text_at = 0,
                    std::size_t line = 0);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_JSON_BODY_H_
