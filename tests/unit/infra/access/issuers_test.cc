// The issuers of tokens in an access file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "infra/access/access_file.h"
#include "infra/crypto/openssl_hasher.h"
#include "infra/os/system_clock.h"
#include "support/cpp/fakes.h"
#include "support/cpp/signed_tokens.h"
#include "support/cpp/test_certificates.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::JwkSet;
using testing::SignedText;
using testing::SigningKey;
using testing::TestDirectory;

class Issuers : public ::testing::Test {
 protected:
  Issuers() { directory.Write("jwks.json", JwkSet({key.Jwk("k")})); }

  AccessFileResult Parse(const std::string& text) const {
    return ParseAccessFile(text, "file a.json", directory.Path(""));
  }
  static std::string With(const std::string& members) {
    return "{\"Issuers\": [{\"Issuer\": \"https://id/\", \"Audience\": \"gateway\"" + members +
           "}]}";
  }
  std::vector<std::string> Problems(const std::string& text) const {
    const auto result = Parse(text);
    std::vector<std::string> lines;
    if (result.ok()) return lines;
    for (const ConfigProblem& problem : result.error()) lines.push_back(ToLine(problem));
    return lines;
  }

  const SigningKey key = SigningKey::Ec();
  TestDirectory directory;
};

TEST_F(Issuers, AreReadWithTheirKeys) {
  const auto file = Parse(With(R"(, "JwksFile": "jwks.json", "Algorithms": ["ES384", "RS256"],
      "PrincipalClaim": "client_id", "GroupsClaim": "roles")"));
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  ASSERT_EQ(file.value().issuers.size(), 1U);
  const IssuerEntry& issuer = file.value().issuers.front();
  EXPECT_EQ(issuer.name, "https://id/");
  EXPECT_EQ(issuer.audience, "gateway");
  EXPECT_EQ(issuer.algorithms,
            (SignatureAlgorithms{SignatureAlgorithm::kEs384, SignatureAlgorithm::kRs256}));
  EXPECT_EQ(issuer.principal_claim, "client_id");
  EXPECT_EQ(issuer.groups_claim, "roles");
  EXPECT_EQ(issuer.keys_file, directory.Path("jwks.json"));
  ASSERT_TRUE(issuer.keys);
  EXPECT_TRUE(issuer.keys->Has("k"));
}

TEST_F(Issuers, HaveDefaults) {
  const auto file = Parse(With(R"(, "JwksFile": "jwks.json", "Algorithms": null)"));
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  const IssuerEntry& issuer = file.value().issuers.front();
  EXPECT_EQ(issuer.algorithms, kDefaultSignatureAlgorithms);
  EXPECT_EQ(issuer.principal_claim, "sub");
  EXPECT_EQ(issuer.groups_claim, "groups");
}

TEST_F(Issuers, TheirErrorsHaveALine) {
  EXPECT_THAT(
      Problems("{\"Issuers\": [\n{}]}"),
      ElementsAre(HasSubstr("line 2: Issuers:0:Issuer: is missing"),
                  HasSubstr("line 2: Issuers:0:Audience: is missing"),
                  HasSubstr("line 2: Issuers:0:JwksUri: exactly one of JwksUri and JwksFile")));
  EXPECT_THAT(Problems(With(",\n\"JwksFile\": \"none.json\"")),
              ElementsAre(HasSubstr("line 2: Issuers:0:JwksFile: cannot be read")));
  directory.Write("broken.json", "{\"keys\": []}");
  EXPECT_THAT(Problems(With(",\n\"JwksFile\": \"broken.json\"")),
              ElementsAre(HasSubstr("line 2: Issuers:0:JwksFile: has no usable key")));
  directory.Write("large.json", std::string(65'537, ' '));
  EXPECT_EQ(Problems(With(",\n\"JwksFile\": \"large.json\"")).size(), 1U);
  for (const char* const algorithm : {"HS256", "none", "rs256", ""}) {
    EXPECT_THAT(Problems(With(",\"JwksFile\": \"jwks.json\",\n\"Algorithms\": [\"RS256\", \"" +
                              std::string(algorithm) + "\"]")),
                ElementsAre(HasSubstr("line 2: Issuers:0:Algorithms:1: is not valid")));
  }
}

TEST_F(Issuers, TheirKeysMayHaveAUrl) {
  const auto file = Parse(With(R"(, "JwksUri": "https://id/jwks", "CaFile": "ca.pem")"));
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  const IssuerEntry& issuer = file.value().issuers.front();
  EXPECT_EQ(issuer.keys, nullptr);
  EXPECT_EQ(issuer.source, (KeySource{"https://id/jwks", directory.Path("ca.pem"), false}));
}

TEST_F(Issuers, TheirUrlIsHttpsUnlessASwitchSaysOtherwise) {
  EXPECT_THAT(
      Problems(With(",\n\"JwksUri\": \"http://id/jwks\"")),
      ElementsAre(HasSubstr("line 2: Issuers:0:JwksUri: is not an https:// URL, and http:// "
                            "is not allowed")));
  EXPECT_THAT(Problems(With(R"(, "JwksUri": "http://id/jwks", "AllowHttp": true)")), ElementsAre());
  for (const char* const url : {"id", "file:///etc/passwd", "https://u:p@id/"}) {
    EXPECT_EQ(
        Problems(With(R"(, "AllowHttp": true, "JwksUri": ")" + std::string(url) + "\"")).size(), 1U)
        << url;
  }
}

TEST_F(Issuers, HaveAUrlOrAFile) {
  EXPECT_THAT(Problems(With(R"(, "JwksUri": "https://id/jwks", "JwksFile": "jwks.json")")),
              ElementsAre(HasSubstr("exactly one of JwksUri and JwksFile must be set")));
}

TEST_F(Issuers, AreDistinct) {
  const std::string issuer =
      R"({"Issuer": "https://id/", "Audience": "gateway", "JwksFile": "jwks.json"})";
  EXPECT_THAT(Problems("{\"Issuers\": [" + issuer + ",\n" + issuer + "]}"),
              ElementsAre(HasSubstr("line 2: Issuers:1:Issuer: is also in line 1")));
}

TEST_F(Issuers, TheirTokensProveWhatIsGranted) {
  auto file = Parse(
      R"({"Issuers": [{"Issuer": "https://id/", "Audience": "gateway", "JwksFile": "jwks.json"}],
          "Grants": [{"Principals": ["group:ops"], "Topics": ["orders"], "Operations": ["Write"]}]})");
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  const OpensslHasher hasher;
  const SystemClock clock;
  testing::FakeLogger logger;
  KeyFetcher fetcher(clock, logger);
  RateTable rates(clock);
  const auto policy = MakePolicy(std::move(file).value(), {hasher, rates, fetcher, {}});
  const auto ask = [&](const std::string& claims) {
    const std::string token = SignedText(key, "ES256", R"({"alg":"ES256","kid":"k"})", claims);
    return policy->Authenticate({AuthScheme::kToken, token}, 1'000'000);
  };
  const Authentication found =
      ask(R"({"iss":"https://id/","aud":"gateway","sub":"ann","exp":1100,"groups":["ops"]})");
  EXPECT_EQ(found.result, AuthResult::kAccepted);
  ASSERT_TRUE(found.caller);
  EXPECT_EQ(found.caller->principal.name, "ann");
  EXPECT_TRUE(found.caller->rights.Allows(TopicOperation::kWrite, "orders"));
  const Authentication expired =
      ask(R"({"iss":"https://id/","aud":"gateway","sub":"ann","exp":900,"groups":["ops"]})");
  EXPECT_EQ(expired.result, AuthResult::kExpired);
  EXPECT_FALSE(expired.caller);
}

TEST(IssuersOfNobody, WithoutThemTokensAreUnsupported) {
  const OpensslHasher hasher;
  const SystemClock clock;
  testing::FakeLogger logger;
  KeyFetcher fetcher(clock, logger);
  RateTable rates(clock);
  const auto policy = MakePolicy(AccessFile(), {hasher, rates, fetcher, {}});
  EXPECT_EQ(policy->Authenticate({AuthScheme::kToken, "a.b.c"}, 0).result,
            AuthResult::kUnsupported);
}

}  // namespace
}  // namespace gateway
