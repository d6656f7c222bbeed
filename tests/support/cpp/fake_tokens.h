// Tokens without JSON and cryptography. An object is "name=text;name=#number;name=[a,b];name=?",
// and the right signature of a text is its end after the word of the key.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKE_TOKENS_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKE_TOKENS_H_

#include <algorithm>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/auth/tokens/key_set.h"
#include "service/ports/public_key.h"
#include "service/ports/token_parser.h"
#include "service/types/base64url.h"

namespace gateway::testing {

class FakeTokenParser final : public TokenParser {
 public:
  std::optional<TokenObject> Parse(std::string_view text) const override {
    ++parsed;
    if (text == "broken") return std::nullopt;
    TokenObject::Members members;
    for (const std::string& member : Split(std::string(text), ';')) {
      const std::size_t equals = member.find('=');
      members.emplace_back(member.substr(0, equals), ValueOf(member.substr(equals + 1)));
    }
    return TokenObject(std::move(members));
  }
  mutable int parsed = 0;

 private:
  static std::vector<std::string> Split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
  }
  static TokenObject::Value ValueOf(const std::string& text) {
    if (text.starts_with('#')) return std::stod(text.substr(1));
    if (text.starts_with('[')) return Split(text.substr(1, text.size() - 2), ',');
    if (text == "?") return TokenObject::Other();
    return text;
  }
};

inline std::string FakeSignature(std::string_view word, std::string_view text) {
  constexpr std::size_t kEnd = 8;
  return std::string(word) + std::string(text.substr(text.size() - std::min(kEnd, text.size())));
}

class FakeKey final : public PublicKey {
 public:
  FakeKey(std::string word, SignatureAlgorithms algorithms)
      : word_(std::move(word)), algorithms_(algorithms) {}
  SignatureAlgorithms algorithms() const override { return algorithms_; }
  bool Verify(SignatureAlgorithm, std::string_view text,
              std::string_view signature) const override {
    ++verified;
    return signature == FakeSignature(word_, text);
  }
  mutable int verified = 0;

 private:
  const std::string word_;
  const SignatureAlgorithms algorithms_;
};

inline TokenKey FakeTokenKey(std::optional<std::string> id, const std::string& word,
                             SignatureAlgorithms algorithms = {SignatureAlgorithm::kRs256}) {
  return {std::move(id), algorithms, std::make_shared<FakeKey>(word, algorithms)};
}

inline KeySetPtr FakeKeys(std::vector<TokenKey> keys) {
  return std::make_shared<const KeySet>(std::move(keys));
}

// A token with the right signature of the key with that word.
inline std::string FakeToken(std::string_view header, std::string_view claims,
                             std::string_view word = "word") {
  const std::string text = EncodeBase64Url(header) + "." + EncodeBase64Url(claims);
  return text + "." + EncodeBase64Url(FakeSignature(word, text));
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKE_TOKENS_H_
