// Puts into words what whoever reads a request finds wrong with it, each fault with its JSON
// pointer or parameter. One per parse. Cheap once full, so that a body made of nothing but errors
// costs no more than a good one.
#ifndef GATEWAY_API_NATIVE_VALIDATION_ERRORS_H_
#define GATEWAY_API_NATIVE_VALIDATION_ERRORS_H_

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "service/produce/request_errors.h"

namespace gateway {

// Where an object stands in the body: "/messages" and 3 are "/messages/3". Made into a pointer only
// when there is an error.
struct Place {
  std::string_view list;                    // "", "/messages"
  std::optional<std::size_t> index;         // absent: not in a list
  std::optional<std::size_t> header_index;  // an element of its "headers"
  std::size_t line = 0;                     // of the body, from 1; 0: it is not read by lines

  std::string Pointer() const;
};

class ValidationErrors final {
 public:
  // As that of RequestErrors.
  bool HasRoom() { return errors_.HasRoom(); }

  // `path` is a pointer relative to `place` ("/topic"; "" for the place itself). The detail is put
  // together from its parts.
  void Add(const Place& place, std::string_view path,
           std::initializer_list<std::string_view> detail);
  void Add(const Place& place, std::string_view path, std::string_view detail) {
    Add(place, path, {detail});
  }
  // A member that the object at `place` cannot have; `known` are those that it can.
  void AddUnknown(const Place& place, std::string_view name,
                  std::span<const std::string_view> known);
  // A member that comes a second time in the object at `place`.
  void AddDuplicate(const Place& place, std::string_view name);

  // More records in the list at `path` than the request may have.
  void AddTooMany(std::string_view path, std::size_t max_records);

  // The same for parameters of the request's target. `name` is as it came, percent-encoded.
  void AddParameter(std::string_view name, std::initializer_list<std::string_view> detail);
  void AddUnknownParameter(std::string_view name, std::span<const std::string_view> known);

  bool empty() const { return errors_.empty(); }
  RequestErrors Take() { return std::move(errors_); }

 private:
  void AddAt(const Place& place, std::string_view path, std::string detail);

  RequestErrors errors_;
};

// "/" and `name`, escaped as a token of a JSON pointer (RFC 6901). "" for a name that is too long
// to be repeated: an error then points to the object around it.
std::string PointerToken(std::string_view name);

// `name` in quotes, shortened if it is long.
std::string Quoted(std::string_view name);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_VALIDATION_ERRORS_H_
