#include "infra/config/table/value_json.h"

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace gateway::config {

nlohmann::ordered_json ToJson(const Value& value) {
  return std::visit(
      [](const auto& held) -> nlohmann::ordered_json {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, double>) {
          if (std::trunc(held) == held) return static_cast<std::int64_t>(held);
        }
        if constexpr (std::is_same_v<T, std::monostate>) {
          return nullptr;
        } else if constexpr (std::is_same_v<T, StringList>) {
          nlohmann::ordered_json list = nlohmann::ordered_json::array();
          for (const std::string& element : held) list.push_back(element);
          return list;
        } else if constexpr (std::is_same_v<T, StringMap>) {
          nlohmann::ordered_json object = nlohmann::ordered_json::object();
          for (const auto& entry : held) object[entry.first] = entry.second;
          return object;
        } else {
          return held;
        }
      },
      value);
}

std::string ToJsonText(const Value& value) {
  return ToJson(value).dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace gateway::config
