// A Hasher without cryptography: the digest of a text is its length and its first bytes. Counts its
// comparisons.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKE_HASHER_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKE_HASHER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/ports/hasher.h"

namespace gateway::testing {

class FakeHasher final : public Hasher {
 public:
  Sha256Digest Sha256(std::string_view text) const override {
    Sha256Digest digest{static_cast<std::uint8_t>(text.size())};
    for (std::size_t i = 0; i < text.size(); ++i) {
      auto& byte = digest[1 + i % (digest.size() - 1)];
      byte = static_cast<std::uint8_t>(byte * 31U + static_cast<std::uint8_t>(text[i]));
    }
    return digest;
  }
  Sha256Digest Mac(const Sha256Digest& key, std::string_view text) const override {
    mac_key = key;
    return Sha256(std::string(1, static_cast<char>(key[0])) + std::string(text));
  }
  bool Equal(const Sha256Digest& a, const Sha256Digest& b) const override {
    ++compared;
    return a == b;
  }

  mutable int compared = 0;
  mutable Sha256Digest mac_key{};  // of the last Mac
};

// A key of the right form; `filler` makes up its secret.
inline std::string KeyOf(std::string_view id, char filler = 'x') {
  return "kgw_" + std::string(id) + "_" + std::string(43, filler);
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKE_HASHER_H_
