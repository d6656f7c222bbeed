#include "service/auth/api_keys.h"

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

bool IsBase64Url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

}  // namespace

bool IsLegalApiKeyId(std::string_view id) {
  constexpr std::size_t kMin = 4;
  constexpr std::size_t kMax = 32;
  return id.size() >= kMin && id.size() <= kMax && std::all_of(id.begin(), id.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

std::optional<std::string_view> ApiKeyIdOf(std::string_view key) {
  if (!key.starts_with(kApiKeyPrefix)) return std::nullopt;
  key.remove_prefix(kApiKeyPrefix.size());
  const std::string_view id = key.substr(0, key.find('_'));  // the secret may have another '_'
  if (!IsLegalApiKeyId(id) || key.size() != id.size() + 1 + kApiKeySecretSize) return std::nullopt;
  const std::string_view secret = key.substr(id.size() + 1);
  if (!std::all_of(secret.begin(), secret.end(), IsBase64Url)) return std::nullopt;
  return id;
}

ApiKeys::ApiKeys(std::vector<ApiKey> keys, const Hasher& hasher)
    : keys_(std::move(keys)), hasher_(hasher) {
  std::sort(keys_.begin(), keys_.end(),
            [](const ApiKey& a, const ApiKey& b) { return a.id < b.id; });
}

Authentication ApiKeys::Check(std::string_view key, TimestampMs now) const {
  static constexpr Sha256Digest kOfNoKey{};  // no one knows a key with this digest
  const auto id = ApiKeyIdOf(key);
  if (!id) return {AuthResult::kMalformed, nullptr};
  const auto found =
      std::lower_bound(keys_.begin(), keys_.end(), *id,
                       [](const ApiKey& a, std::string_view wanted) { return a.id < wanted; });
  const bool known = found != keys_.end() && found->id == *id;
  const bool right = hasher_.Equal(hasher_.Sha256(key), known ? found->digest : kOfNoKey);
  if (!known) return {AuthResult::kUnknown, nullptr};
  if (!right) return {AuthResult::kWrong, nullptr};
  if (found->disabled) return {AuthResult::kDisabled, nullptr};
  if (found->not_before && now < *found->not_before) return {AuthResult::kNotYetValid, nullptr};
  if (found->expires && now >= *found->expires) return {AuthResult::kExpired, nullptr};
  return {AuthResult::kAccepted, found->caller};
}

}  // namespace gateway
