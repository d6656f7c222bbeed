// Parses JSON from untrusted senders: bounded in depth, and without members that appear twice,
// which two readers would understand differently. Pure; any thread.
#ifndef GATEWAY_INFRA_TOKENS_STRICT_JSON_H_
#define GATEWAY_INFRA_TOKENS_STRICT_JSON_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace gateway {

// Nothing unless `text` is JSON, at most `max_depth` objects and arrays deep, in which no object
// has a member twice.
std::optional<nlohmann::json> ParseStrictJson(std::string_view text, std::size_t max_depth);

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_STRICT_JSON_H_
