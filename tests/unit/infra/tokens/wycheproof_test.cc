// The vectors of the project Wycheproof (C2SP/wycheproof, Apache-2.0) for JSON Web Signature and
// Key, if somebody has put them where GATEWAY_TEST_DATA says; if not, these tests say that they are
// skipped. They test signatures only: the payloads are no claims.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "infra/tokens/json_token_parser.h"
#include "infra/tokens/jwk_set.h"
#include "service/auth/tokens/signed_token.h"
#include "support/cpp/signed_tokens.h"

namespace gateway {
namespace {

using nlohmann::json;

// Null if the file is not there.
json Vectors(const std::string& name) {
  const char* const folder = std::getenv("GATEWAY_TEST_DATA");  // NOLINT(concurrency-mt-unsafe)
  if (folder == nullptr) return nullptr;
  std::ifstream file(std::filesystem::path(folder) / name);
  return file ? json::parse(file, nullptr, false) : json();
}

bool Accepts(const json& group, const std::string& token) {
  if (!group.contains("public")) return false;  // of MACs, which the gateway does not know
  const json& key = group["public"];
  const auto keys = ParseJwkSet(key.contains("keys") ? key.dump() : testing::JwkSet({key}));
  const auto parsed = ParseSignedToken(token, JsonTokenParser());
  if (!keys.ok() || !parsed.ok()) return false;
  return VerifySignature(parsed.value(), *keys.value()) == AuthResult::kAccepted;
}

struct Tally {
  int tests = 0;
  std::set<int> refused;   // although it is valid
  std::set<int> accepted;  // although it is not
};

Tally TallyOf(const json& vectors) {
  Tally tally;
  for (const json& group : vectors["testGroups"]) {
    for (const json& test : group["tests"]) {
      ++tally.tests;
      const bool accepts = Accepts(group, test["jws"]);
      if (accepts && test["result"] != "valid") tally.accepted.insert(test["tcId"].get<int>());
      if (!accepts && test["result"] == "valid" && group.contains("public")) {
        tally.refused.insert(test["tcId"].get<int>());
      }
    }
  }
  return tally;
}

TEST(Wycheproof, Signatures) {
  const json vectors = Vectors("wycheproof_json_web_signature_test.json");
  if (vectors.is_null()) GTEST_SKIP() << "GATEWAY_TEST_DATA has no vectors of Wycheproof";
  const Tally tally = TallyOf(vectors);
  EXPECT_EQ(tally.tests, 401);
  EXPECT_EQ(tally.accepted, std::set<int>());
  // Their keys are for other algorithms than the tokens name.
  EXPECT_EQ(tally.refused, (std::set<int>{346, 347, 350, 351}));
}

TEST(Wycheproof, Keys) {
  const json vectors = Vectors("wycheproof_json_web_key_test.json");
  if (vectors.is_null()) GTEST_SKIP() << "GATEWAY_TEST_DATA has no vectors of Wycheproof";
  const Tally tally = TallyOf(vectors);
  EXPECT_EQ(tally.tests, 26);
  // A key with the weakness ROCA, which only an issuer's mistake publishes.
  EXPECT_EQ(tally.accepted, (std::set<int>{7}));
  EXPECT_EQ(tally.refused, std::set<int>());
}

}  // namespace
}  // namespace gateway
