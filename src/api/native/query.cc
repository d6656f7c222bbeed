#include "api/native/query.h"

#include <algorithm>
#include <bitset>
#include <optional>

#include "api/codec/percent.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxNames = 16;

std::optional<std::string_view> Decode(std::string_view parameter, std::string_view text,
                                       std::pmr::memory_resource* arena, ValidationErrors* errors) {
  const std::size_t room = std::max<std::size_t>(1, text.size());
  char* const bytes = static_cast<char*>(arena->allocate(room, 1));
  if (const std::optional<std::size_t> size = DecodePercent(text, Plus::kSpace, bytes)) {
    return std::string_view(bytes, *size);
  }
  errors->AddParameter(parameter, {kMalformedEscape});
  return std::nullopt;
}

}  // namespace

void ReadQuery(std::string_view query, const QueryNames& names, std::pmr::memory_resource* arena,
               ValidationErrors* errors,
               const std::function<void(std::size_t name, std::string_view value)>& on_value) {
  std::bitset<kMaxNames> seen;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view written = pair.substr(0, equals);
    const auto decoded = Decode(written, written, arena, errors);
    if (!decoded) continue;
    const std::string_view called = *decoded;
    const auto name = static_cast<std::size_t>(
        std::find(names.known.begin(), names.known.end(), called) - names.known.begin());
    if (name == names.known.size()) {
      errors->AddUnknownParameter(written, names.known);
    } else if (seen.test(name) && called != names.repeatable) {
      errors->AddParameter(called,
                           {"The query parameter \"", called, "\" appears twice; leave one out."});
    } else if (equals == pair.size()) {
      errors->AddParameter(called, {"The query parameter \"", called, "\" has no value: write \"",
                                    called, "=\" and the value."});
    } else if (const auto value = Decode(called, pair.substr(equals + 1), arena, errors)) {
      on_value(name, *value);
    }
    if (name != names.known.size()) seen.set(name);
  }
}

}  // namespace gateway
