#include "service/auth/principal.h"

#include <algorithm>
#include <cstddef>

#include "service/types/glob.h"

namespace gateway {
namespace {

constexpr std::string_view kGroup = "group:";

}  // namespace

bool NamesPrincipal(std::string_view pattern, const Principal& principal) {
  if (!pattern.starts_with(kGroup)) return GlobMatches(pattern, principal.label());
  pattern.remove_prefix(kGroup.size());
  return std::any_of(principal.groups.begin(), principal.groups.end(),
                     [pattern](const auto& group) { return GlobMatches(pattern, group); });
}

bool IsLegalPrincipalName(std::string_view name) {
  constexpr std::size_t kMaxBytes = 256;
  if (name.empty() || name.size() > kMaxBytes) return false;
  if (name.front() == ' ' || name.back() == ' ') return false;
  if (name == kAnonymousName || name.starts_with(kGroup)) return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace gateway
