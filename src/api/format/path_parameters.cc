#include "api/format/path_parameters.h"

#include "api/codec/percent.h"

namespace gateway {

void PathParameters::Add(std::string_view name, std::string_view segment) {
  Parameter& parameter = parameters_.emplace_back();
  parameter.name = name;
  std::string decoded(segment.size(), '\0');
  const auto size = DecodePercent(segment, Plus::kPlus, decoded.data());
  if (!size) return;
  decoded.resize(*size);
  parameter.value = std::move(decoded);
}

std::optional<std::string_view> PathParameters::Find(std::string_view name) const {
  for (const Parameter& parameter : parameters_) {
    if (parameter.name == name) return parameter.value;
  }
  return std::nullopt;
}

}  // namespace gateway
