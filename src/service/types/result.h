// A value or an Error: the subset of std::expected, which g++ 12 lacks, that the gateway needs.
#ifndef GATEWAY_SERVICE_TYPES_RESULT_H_
#define GATEWAY_SERVICE_TYPES_RESULT_H_

#include <utility>
#include <variant>

#include "service/types/error.h"

namespace gateway {

template <typename T, typename E = Error>
class [[nodiscard]] Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): `return value;` is what it is for
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  // NOLINTNEXTLINE(google-explicit-constructor): `return error;` likewise
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  // Undefined (std::bad_variant_access) unless ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }

  // Undefined (std::bad_variant_access) if ok().
  E& error() & { return std::get<1>(state_); }
  const E& error() const& { return std::get<1>(state_); }
  E&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, E> state_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_RESULT_H_
