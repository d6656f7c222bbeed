// Fuzzes the reading of JWK sets. The fuzzer checks:
//   - a set is a list of keys, and no more of them are usable than there are;
//   - a usable key verifies something, and no empty signature.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "infra/tokens/jwk_set.h"
#include "support/cpp/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::SignatureAlgorithm;
  using gateway::testing::Require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto set = gateway::ParseJwkSet(text);
  if (!set.ok()) {
    Require(!set.error().empty());
    return 0;
  }
  const auto json = nlohmann::json::parse(text, nullptr, false);
  Require(json["keys"].is_array());
  Require(set.value()->size() >= 1 && set.value()->size() <= json["keys"].size());
  if (set.value()->size() > 1) return 0;
  int verifies = 0;
  for (const char* const name :
       {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}) {
    const SignatureAlgorithm algorithm = *gateway::SignatureAlgorithmOf(name);
    const gateway::PublicKey* const key = set.value()->Find(std::nullopt, algorithm);
    if (key == nullptr) continue;
    ++verifies;
    Require(!key->Verify(algorithm, "text", ""));
  }
  Require(verifies > 0);
  return 0;
}
