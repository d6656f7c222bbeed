// The public keys of one issuer of tokens. Immutable; any thread.
#ifndef GATEWAY_SERVICE_AUTH_TOKENS_KEY_SET_H_
#define GATEWAY_SERVICE_AUTH_TOKENS_KEY_SET_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/ports/public_key.h"
#include "service/types/signature_algorithm.h"

namespace gateway {

struct TokenKey {
  std::optional<std::string> id;     // the "kid"
  SignatureAlgorithms algorithms{};  // that its type and its "alg" allow
  std::shared_ptr<const PublicKey> key;
};

class KeySet final {
 public:
  explicit KeySet(std::vector<TokenKey> keys) : keys_(std::move(keys)) {}

  // The one key that has this id and may verify this algorithm; without an id, the one key that may
  // verify it. Null if there is none, or several.
  const PublicKey* Find(std::optional<std::string_view> id, SignatureAlgorithm algorithm) const;
  bool Has(std::string_view id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<TokenKey> keys_;
};

using KeySetPtr = std::shared_ptr<const KeySet>;

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_TOKENS_KEY_SET_H_
