// API keys: `kgw_ID_SECRET` with ID [a-z0-9]{4,32} and SECRET 43 characters of base64url, which are
// 256 random bits. The gateway knows only the SHA-256 of the whole key: a slow hash would not
// protect so many random bits any better. Immutable; any thread.
#ifndef GATEWAY_SERVICE_AUTH_API_KEYS_H_
#define GATEWAY_SERVICE_AUTH_API_KEYS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/ports/hasher.h"
#include "service/types/record.h"

namespace gateway {

inline constexpr std::string_view kApiKeyPrefix = "kgw_";
inline constexpr std::size_t kApiKeySecretSize = 43;

bool IsLegalApiKeyId(std::string_view id);
inline constexpr std::string_view kApiKeyIdRule = "4 to 32 characters of a-z and 0-9";

// The ID in a well-formed key.
std::optional<std::string_view> ApiKeyIdOf(std::string_view key);

struct ApiKey {
  std::string id;
  Sha256Digest digest{};  // of the whole key
  CallerPtr caller;
  // Unix time in milliseconds; absent: no limit.
  std::optional<TimestampMs> not_before;  // valid from then on
  std::optional<TimestampMs> expires;     // not valid from then on
  bool disabled = false;
};

class ApiKeys final {
 public:
  // The ids are distinct. `hasher` outlives this.
  ApiKeys(std::vector<ApiKey> keys, const Hasher& hasher);

  // Takes the same time for an unknown id and for a wrong secret.
  Authentication Check(std::string_view key, TimestampMs now) const;

  bool empty() const { return keys_.empty(); }

 private:
  std::vector<ApiKey> keys_;  // by id
  const Hasher& hasher_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_API_KEYS_H_
