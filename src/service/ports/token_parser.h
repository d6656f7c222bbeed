// The port for the JSON in tokens: their headers and claims.
#ifndef GATEWAY_SERVICE_PORTS_TOKEN_PARSER_H_
#define GATEWAY_SERVICE_PORTS_TOKEN_PARSER_H_

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace gateway {

// The members of one JSON object. A value.
class TokenObject final {
 public:
  struct Other {};  // a type that no member that matters has
  using Value = std::variant<Other, std::string, double, std::vector<std::string>>;
  using Members = std::vector<std::pair<std::string, Value>>;

  explicit TokenObject(Members members) : members_(std::move(members)) {}

  bool Has(std::string_view name) const { return Find(name) != nullptr; }
  // Null if it is absent or has another type.
  const std::string* Text(std::string_view name) const { return Get<std::string>(name); }
  const double* Number(std::string_view name) const { return Get<double>(name); }
  const std::vector<std::string>* Texts(std::string_view name) const {
    return Get<std::vector<std::string>>(name);
  }

 private:
  const Value* Find(std::string_view name) const {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [name](const auto& member) { return member.first == name; });
    return found == members_.end() ? nullptr : &found->second;
  }
  template <typename T>
  const T* Get(std::string_view name) const {
    const Value* const value = Find(name);
    return value == nullptr ? nullptr : std::get_if<T>(value);
  }

  Members members_;  // with distinct names
};

// Implementations are thread-safe and never block.
class TokenParser {
 public:
  virtual ~TokenParser() = default;
  // Nothing unless `text` is one JSON object, at most 8 deep, in which no object has a member
  // twice.
  virtual std::optional<TokenObject> Parse(std::string_view text) const = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_TOKEN_PARSER_H_
