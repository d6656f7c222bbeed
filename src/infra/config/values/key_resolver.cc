#include "infra/config/values/key_resolver.h"

#include <charconv>
#include <string_view>

#include "infra/config/text.h"

namespace gateway::config {
namespace {

constexpr std::size_t kMaxElements = 1'000;  // of a list

std::optional<std::size_t> ParseIndex(std::string_view text) {
  std::size_t index = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, index);
  if (parsed.ec != std::errc() || parsed.ptr != end || index >= kMaxElements) return std::nullopt;
  return index;
}

// The target that `rest` names below a key of the table.
std::optional<Target> ResolveBelow(const Property& property, std::string_view rest,
                                   ConfigProblem* problem) {
  Target target;
  target.property = &property;
  if (property.type == PropertyType::kMap) {
    target.map_key = ToLower(rest);
    if (!rest.empty() && rest.find(':') == std::string_view::npos) return target;
    problem->what = Quoted(rest) + " is not one name";
    problem->allowed = "a name without ':', directly below " + std::string(property.path);
    return std::nullopt;
  }
  if (property.type == PropertyType::kList) {
    target.index = ParseIndex(rest);
    if (target.index) return target;
    problem->what = Quoted(rest) + " is not an index";
    problem->allowed = "0 to " + std::to_string(kMaxElements - 1);
    return std::nullopt;
  }
  problem->what = std::string(property.path) + " has no keys below it";
  problem->allowed = DescribeAllowed(property);
  return std::nullopt;
}

// The first key below `path`, or nullptr.
const Property* FirstBelow(const std::string& path) {
  for (const Property& row : Properties()) {
    if (StartsWithIgnoringCase(row.path, path + ":")) return &row;
  }
  return nullptr;
}

std::optional<Target> ResolveOther(const RawEntry& entry, const std::string& path,
                                   ConfigProblem* problem) {
  const Property* below = FirstBelow(path);
  if (below != nullptr && entry.value.kind == RawValue::Kind::kObject) return Target{};
  if (below != nullptr) {
    problem->what = "is a section, not a key";
    problem->allowed = "keys in it, such as " + std::string(below->path);
    return std::nullopt;
  }
  problem->what = "unknown key";
  problem->nearest = NearestKey(path);
  return std::nullopt;
}

}  // namespace

std::string Target::Key() const {
  std::string key(property->path);
  if (map_key) key += ":" + *map_key;
  if (index) key += ":" + std::to_string(*index);
  return key;
}

std::optional<Target> ResolveKey(const RawEntry& entry, ConfigProblem* problem) {
  const std::string path = Join(entry.path, ":");
  problem->where = entry.origin.where;
  problem->key = path;
  for (const Property& row : Properties()) {
    if (!StartsWithIgnoringCase(path, row.path)) continue;
    if (path.size() == row.path.size()) return Target{&row, std::nullopt, std::nullopt};
    if (path[row.path.size()] == ':') {
      return ResolveBelow(row, std::string_view(path).substr(row.path.size() + 1), problem);
    }
  }
  return ResolveOther(entry, path, problem);
}

}  // namespace gateway::config
