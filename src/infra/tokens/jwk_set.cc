#include "infra/tokens/jwk_set.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "infra/crypto/openssl_key.h"
#include "infra/tokens/strict_json.h"
#include "service/types/base64url.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxDepth = 8;
constexpr std::size_t kMaxKeys = 100;

using Json = nlohmann::json;

// "" if the member is not a string.
std::string Text(const Json& key, const char* name) {
  const auto found = key.find(name);
  return found == key.end() || !found->is_string() ? std::string() : found->get<std::string>();
}

// "" if the member is not a string in base64url.
std::string Bytes(const Json& key, const char* name) {
  return DecodeBase64Url(Text(key, name)).value_or("");
}

// True if the member is absent, is the string `wanted`, or is a list that contains `wanted`.
bool AllowsIfPresent(const Json& key, const char* name, const char* wanted) {
  const auto found = key.find(name);
  if (found == key.end()) return true;
  if (!found->is_array()) return *found == wanted;
  const auto& list = found->get_ref<const Json::array_t&>();
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

PublicKeyPtr PublicKeyOf(const Json& key) {
  const std::string type = Text(key, "kty");
  if (type == "RSA") return MakeRsaKey(Bytes(key, "n"), Bytes(key, "e"));
  if (type == "EC") return MakeEcKey(Text(key, "crv"), Bytes(key, "x"), Bytes(key, "y"));
  if (type == "OKP" && Text(key, "crv") == "Ed25519") return MakeEd25519Key(Bytes(key, "x"));
  return nullptr;
}

// The algorithms that the key's type allows; with an "alg", only that one.
SignatureAlgorithms AlgorithmsOf(const Json& key, const PublicKey& made) {
  if (!key.contains("alg")) return made.algorithms();
  const auto only = SignatureAlgorithmOf(Text(key, "alg"));
  if (!only || !made.algorithms().Has(*only)) return {};
  return {*only};
}

std::optional<TokenKey> TokenKeyOf(const Json& key) {
  if (!key.is_object() || key.contains("d")) return std::nullopt;  // "d": a leaked private key
  if (!AllowsIfPresent(key, "use", "sig") || !AllowsIfPresent(key, "key_ops", "verify")) {
    return std::nullopt;
  }
  PublicKeyPtr made = PublicKeyOf(key);
  if (!made) return std::nullopt;
  const SignatureAlgorithms algorithms = AlgorithmsOf(key, *made);
  if (algorithms.empty()) return std::nullopt;
  const auto id = key.find("kid");
  if (id == key.end()) return TokenKey{std::nullopt, algorithms, std::move(made)};
  if (!id->is_string()) return std::nullopt;
  return TokenKey{id->get<std::string>(), algorithms, std::move(made)};
}

}  // namespace

Result<KeySetPtr, std::string> ParseJwkSet(std::string_view text) {
  if (text.size() > kMaxJwkSetBytes) return std::string("is too large for a JWK set");
  const auto set = ParseStrictJson(text, kMaxDepth);
  if (!set) return std::string("is not JSON, or not unambiguous");
  const auto keys = set->is_object() ? set->find("keys") : set->end();
  if (!set->is_object() || keys == set->end() || !keys->is_array()) {
    return std::string("is not a JWK set: it has no list \"keys\"");
  }
  if (keys->size() > kMaxKeys) return std::string("has too many keys");
  std::vector<TokenKey> usable;
  for (const Json& key : keys->get_ref<const Json::array_t&>()) {
    if (auto made = TokenKeyOf(key)) usable.push_back(*std::move(made));
  }
  if (usable.empty()) return std::string("has no usable key");
  return KeySetPtr(std::make_shared<const KeySet>(std::move(usable)));
}

}  // namespace gateway
