// Fuzzes the decoding of Basic credentials. The fuzzer checks: the user has a name without a colon;
// neither part has a zero byte; and encoded again they are what came, but for its padding.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "service/auth/passwords/password_users.h"
#include "service/types/base64url.h"
#include "support/cpp/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::testing::Require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto credentials = gateway::ParseBasicCredentials(text);
  if (!credentials) return 0;
  Require(!credentials->user.empty() && credentials->user.find(':') == std::string::npos);
  const std::string pair = credentials->user + ":" + credentials->password;
  Require(pair.find('\0') == std::string::npos);
  std::string again = gateway::EncodeBase64Url(pair);
  std::replace(again.begin(), again.end(), '-', '+');
  std::replace(again.begin(), again.end(), '_', '/');
  Require(text.starts_with(again) && text.size() <= again.size() + 2);
  return 0;
}
