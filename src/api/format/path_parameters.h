// The values of the {parameters} of a route's template, from the path of a request. A plain value.
#ifndef GATEWAY_API_FORMAT_PATH_PARAMETERS_H_
#define GATEWAY_API_FORMAT_PATH_PARAMETERS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gateway {

class PathParameters final {
 public:
  // `segment` is the segment of the path as it came, percent-encoded; a "+" in it is a plus.
  void Add(std::string_view name, std::string_view segment);

  // The decoded segment for {name}; nothing if an escape in it is not well-formed, or if the
  // template has no such parameter.
  std::optional<std::string_view> Find(std::string_view name) const;

 private:
  struct Parameter {
    std::string name;
    std::optional<std::string> value;
  };
  std::vector<Parameter> parameters_;  // in the order of the template
};

}  // namespace gateway

#endif  // GATEWAY_API_FORMAT_PATH_PARAMETERS_H_
