// Collects the errors that parsers find in a request, each with its JSON pointer or parameter. One
// per parse. Cheap once full, so that a body full of errors costs no more than a valid one.
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

// The place of an object in the body: "/messages" and 3 are "/messages/3". Converted to a pointer
// only for an error.
struct Place {
  std::string_view list;                    // "", "/messages"
  std::optional<std::size_t> index;         // absent: not in a list
  std::optional<std::size_t> header_index;  // an element of its "headers"
  std::size_t line = 0;                     // of the body, from 1; 0: the body has no lines

  std::string Pointer() const;
};

class ValidationErrors final {
 public:
  // As that of RequestErrors.
  bool HasRoom() { return errors_.HasRoom(); }

  // `path` is a pointer relative to `place` ("/topic"; "" for the place itself). The parts of the
  // detail are concatenated.
  void Add(const Place& place, std::string_view path,
           std::initializer_list<std::string_view> detail);
  void Add(const Place& place, std::string_view path, std::string_view detail) {
    Add(place, path, {detail});
  }
  // The object at `place` has an unknown member; `known` are the members it may have.
  void AddUnknown(const Place& place, std::string_view name,
                  std::span<const std::string_view> known);
  // A member appears twice in the object at `place`.
  void AddDuplicate(const Place& place, std::string_view name);

  // The list at `path` has more records than a request may have.
  void AddTooMany(std::string_view path, std::size_t max_records);

  // The same for parameters of the request target. `name` is percent-encoded, as received.
  void AddParameter(std::string_view name, std::initializer_list<std::string_view> detail);
  void AddUnknownParameter(std::string_view name, std::span<const std::string_view> known);

  bool empty() const { return errors_.empty(); }
  RequestErrors Take() { return std::move(errors_); }

 private:
  void AddAt(const Place& place, std::string_view path, std::string detail);

  RequestErrors errors_;
};

// "/" and `name`, escaped as a token of a JSON pointer (RFC 6901). "" for a name that is too long:
// the error then points to the enclosing object.
std::string PointerToken(std::string_view name);

// `name` in quotes, shortened if it is long.
std::string Quoted(std::string_view name);

}  // namespace gateway

#endif  // GATEWAY_API_NATIVE_VALIDATION_ERRORS_H_
