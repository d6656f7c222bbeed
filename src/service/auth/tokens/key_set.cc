#include "service/auth/tokens/key_set.h"

#include <algorithm>

namespace gateway {

const PublicKey* KeySet::Find(std::optional<std::string_view> id,
                              SignatureAlgorithm algorithm) const {
  const PublicKey* found = nullptr;
  for (const TokenKey& key : keys_) {
    if (!key.algorithms.Has(algorithm) || (id && key.id != *id)) continue;
    if (found != nullptr) return nullptr;
    found = key.key.get();
  }
  return found;
}

bool KeySet::Has(std::string_view id) const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [id](const TokenKey& key) { return key.id == id; });
}

}  // namespace gateway
