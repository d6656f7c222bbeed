#include "infra/tokens/json_token_parser.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "infra/tokens/strict_json.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxDepth = 8;

using Json = nlohmann::json;

TokenObject::Value ValueOf(Json& value) {
  if (auto* const text = value.get_ptr<std::string*>()) return std::move(*text);
  if (value.is_number()) return value.get<double>();
  const auto is_text = [](const Json& item) { return item.is_string(); };
  if (!value.is_array() || !std::all_of(value.begin(), value.end(), is_text)) {
    return TokenObject::Other();
  }
  return value.get<std::vector<std::string>>();
}

}  // namespace

std::optional<TokenObject> JsonTokenParser::Parse(std::string_view text) const {
  auto parsed = ParseStrictJson(text, kMaxDepth);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  TokenObject::Members members;
  for (auto& [name, value] : parsed->items()) members.emplace_back(name, ValueOf(value));
  return TokenObject(std::move(members));
}

}  // namespace gateway
