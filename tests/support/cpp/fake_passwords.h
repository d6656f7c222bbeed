// Passwords without slow hashes: "hash of X" is the hash of X.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_
#define GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_

#include <algorithm>
#include <atomic>
#include <string>
#include <string_view>

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

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_FAKE_PASSWORDS_H_
