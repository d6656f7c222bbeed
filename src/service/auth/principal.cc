#include "service/auth/principal.h"

#include <algorithm>
#include <cstddef>

namespace gateway {

bool IsLegalPrincipalName(std::string_view name) {
  constexpr std::size_t kMaxBytes = 256;
  if (name.empty() || name.size() > kMaxBytes) return false;
  if (name.front() == ' ' || name.back() == ' ') return false;
  if (name == kAnonymousName || name.starts_with("group:")) return false;
  return std::none_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

}  // namespace gateway
