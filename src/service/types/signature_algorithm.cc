#include "service/types/signature_algorithm.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway {
namespace {

constexpr std::array<std::pair<std::string_view, SignatureAlgorithm>, 10> kNames{{
    {"RS256", SignatureAlgorithm::kRs256},
    {"RS384", SignatureAlgorithm::kRs384},
    {"RS512", SignatureAlgorithm::kRs512},
    {"PS256", SignatureAlgorithm::kPs256},
    {"PS384", SignatureAlgorithm::kPs384},
    {"PS512", SignatureAlgorithm::kPs512},
    {"ES256", SignatureAlgorithm::kEs256},
    {"ES384", SignatureAlgorithm::kEs384},
    {"ES512", SignatureAlgorithm::kEs512},
    {"EdDSA", SignatureAlgorithm::kEdDsa},
}};

}  // namespace

std::optional<SignatureAlgorithm> SignatureAlgorithmOf(std::string_view name) {
  const auto* const found = std::find_if(kNames.begin(), kNames.end(),
                                         [name](const auto& pair) { return pair.first == name; });
  if (found == kNames.end()) return std::nullopt;
  return found->second;
}

}  // namespace gateway
