// Fuzzes the reading of access files. The fuzzer checks:
//   - a file that is refused has errors, each with its place;
//   - from a file that is accepted a policy can be made, which knows nobody by empty credentials.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "infra/access/access_file.h"
#include "infra/crypto/openssl_hasher.h"
#include "infra/crypto/password_hash.h"
#include "infra/os/system_clock.h"
#include "infra/tokens/key_fetcher.h"
#include "support/cpp/fuzzing.h"

namespace gateway {
namespace {

class SilentLogger final : public Logger {
 public:
  bool Enabled(LogLevel) const override { return false; }
  void Log(LogLevel, std::string_view, std::string_view, std::initializer_list<LogField>) override {
  }
};

HttpClient::Outcome NoKeys(const KeySource&) { return std::string("nothing is fetched"); }

const PolicyTools& Tools() {
  static const OpensslHasher hasher;
  static const PasswordHashVerifier verifier;
  static const SystemClock clock;
  static SilentLogger logger;
  static RateTable rates(clock);
  static KeyFetcher fetcher(clock, logger, NoKeys);
  static VerifiedPasswords verified(Sha256Digest{1}, hasher);
  static const PolicyTools tools{hasher, rates, fetcher, {&verifier, &verified}};
  return tools;
}

}  // namespace
}  // namespace gateway

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::AuthResult;
  using gateway::AuthScheme;
  using gateway::testing::Require;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  auto file = gateway::ParseAccessFile(text, "file a.json", "/nowhere");
  if (!file.ok()) {
    Require(!file.error().empty());
    for (const gateway::ConfigProblem& problem : file.error()) {
      Require(gateway::ToLine(problem).starts_with("file a.json"));
    }
    return 0;
  }
  const auto policy = gateway::MakePolicy(std::move(file).value(), gateway::Tools());
  for (const AuthScheme scheme : {AuthScheme::kApiKey, AuthScheme::kToken, AuthScheme::kBasic}) {
    Require(policy->Authenticate({scheme, ""}, 0).result != AuthResult::kAccepted);
  }
  return 0;
}
