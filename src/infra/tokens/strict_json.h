// Parses JSON from untrusted senders: limits its depth, and refuses duplicate members, which two
// parsers may understand differently. Pure; any thread.
#ifndef GATEWAY_INFRA_TOKENS_STRICT_JSON_H_
#define GATEWAY_INFRA_TOKENS_STRICT_JSON_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace gateway {

// Absent unless `text` is JSON with at most `max_depth` nested objects and arrays, in which no
// object has duplicate members.
std::optional<nlohmann::json> ParseStrictJson(std::string_view text, std::size_t max_depth);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_STRICT_JSON_H_
