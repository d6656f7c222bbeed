// Passwords without slow hashes: "hash of X" is the hash of X.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "service/auth/authentication.h"
#include "service/ports/password_verifier.h"
#include "service/types/base64url.h"

namespace gateway::testing {

class FakePasswordVerifier final : public PasswordVerifier {
 public:
  bool Verify(std::string_view password, const std::string& hash) const override {
    ++verified;
    return hash == "hash of " + std::string(password);
  }
  mutable std::atomic<int> verified{0};
};

// What follows "Basic" in a request.
inline std::string BasicOf(const std::string& user, const std::string& password) {
  std::string text = EncodeBase64Url(user + ":" + password);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  while (text.size() % 4 != 0) text += '=';
  return text;
}

// A check for PasswordWorkers: of `password`, or if that is 0, of one that no other check is of.
inline std::shared_ptr<const SlowCheck> CheckThat(std::function<bool()> passes,
                                                  std::uint8_t password = 0) {
  static std::atomic<std::uint32_t> checks{0};
  Sha256Digest digest{password};
  if (password == 0) {
    const std::uint32_t number = ++checks;
    digest[1] = static_cast<std::uint8_t>(number & 0xFFU);
    digest[2] = static_cast<std::uint8_t>((number >> 8U) & 0xFFU);
  }
  return std::make_shared<const SlowCheck>(SlowCheck{digest, std::move(passes), nullptr});
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_
