// The users with passwords in an access file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "infra/access/access_file.h"
#include "infra/crypto/openssl_hasher.h"
#include "infra/crypto/password_hash.h"
#include "infra/os/system_clock.h"
#include "support/cpp/fake_passwords.h"
#include "support/cpp/fakes.h"

namespace gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> Problems(const std::string& text) {
  const auto result = ParseAccessFile(text, "file a.json");
  std::vector<std::string> lines;
  if (result.ok()) return lines;
  for (const ConfigProblem& problem : result.error()) lines.push_back(ToLine(problem));
  return lines;
}
std::string WithHash(const std::string& hash, const std::string& more = "") {
  return "{\"Users\": [{\"Name\": \"ann\",\n\"Hash\": \"" + hash + "\"" + more + "}]}";
}
const std::string& TheHash() {
  static const std::string kHash = HashPassword("sesam").value();
  return kHash;
}

TEST(UsersOfAFile, AreRead) {
  const auto file = ParseAccessFile(
      WithHash(TheHash(), R"(, "Principal": "svc-ann", "Groups": ["ops"])"), "file a.json");
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  const UserEntry& user = file.value().users.front();
  EXPECT_EQ(user.name, "ann");
  EXPECT_EQ(user.hash, TheHash());
  EXPECT_EQ(user.principal, "svc-ann");
  EXPECT_THAT(user.groups, ElementsAre("ops"));
  const auto alone = ParseAccessFile(WithHash(TheHash()), "file a.json");
  ASSERT_TRUE(alone.ok());
  EXPECT_EQ(alone.value().users.front().principal, "ann") << "the name, unless it says another";
}

TEST(UsersOfAFile, QuickHashesAreRefusedWithLineAndRemedy) {
  EXPECT_THAT(Problems(WithHash("$apr1$salt$aaaaaaaaaaaaaaaaaaaaaa")),
              ElementsAre(HasSubstr("line 2: Users:0:Hash: is of MD5, htpasswd's default, which is "
                                    "too quick to guess: make it anew with htpasswd -B -C 12")));
  EXPECT_THAT(Problems(WithHash("$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW")),
              ElementsAre(HasSubstr("line 2: Users:0:Hash: has a cost of 5")));
}

TEST(UsersOfAFile, ErrorsQuoteNoPassword) {
  for (const std::string& line : Problems(WithHash("sesam-open-SECRET", R"(, "Principal": 5)"))) {
    EXPECT_THAT(line, Not(HasSubstr("SECRET")));
  }
  EXPECT_EQ(Problems(WithHash("SECRET", R"(, "Principal": 5)")).size(), 2U);
}

TEST(UsersOfAFile, HaveDistinctNamesWithoutColons) {
  const std::string user = R"({"Name": "ann", "Hash": ")" + TheHash() + "\"}";
  EXPECT_THAT(
      Problems("{\"Users\": [" + user + ",\n" + user + "]}"),
      ElementsAre(HasSubstr("line 2: Users:1:Name: another user has this name, in line 1")));
  EXPECT_EQ(Problems(R"({"Users": [{"Name": "a:b", "Hash": ")" + TheHash() + "\"}]}").size(), 1U);
  EXPECT_EQ(Problems(R"({"Users": [{}]})").size(), 2U);
}

TEST(UsersOfAFile, ProveWhatIsGrantedToThem) {
  auto file = ParseAccessFile(
      R"({"Users": [{"Name": "ann", "Hash": ")" + TheHash() + R"(", "Groups": ["ops"]}],
          "Grants": [{"Principals": ["group:ops"], "Topics": ["orders"], "Operations": ["Write"]}]})",
      "file a.json");
  ASSERT_TRUE(file.ok()) << ToLine(file.error().front());
  const OpensslHasher hasher;
  const PasswordHashVerifier verifier;
  VerifiedPasswords verified(Sha256Digest{1}, hasher);
  const SystemClock clock;
  testing::FakeLogger logger;
  KeyFetcher fetcher(clock, logger);
  RateTable rates(clock);
  const auto policy =
      MakePolicy(std::move(file).value(), {hasher, rates, fetcher, {&verifier, &verified}});
  const std::string right = testing::BasicOf("ann", "sesam");
  const std::string wrong = testing::BasicOf("ann", "Sesam");
  EXPECT_EQ(policy->Authenticate({AuthScheme::kBasic, right, false, true}, 0).result,
            AuthResult::kPlaintext);
  const Authentication found = policy->Authenticate({AuthScheme::kBasic, right}, 0);
  ASSERT_TRUE(found.rest);
  ASSERT_TRUE(found.rest->passes());
  EXPECT_TRUE(found.rest->conclude(true).caller->rights.Allows(TopicOperation::kWrite, "orders"));
  EXPECT_TRUE(policy->Authenticate({AuthScheme::kBasic, right}, 1).caller) << "remembered";
  EXPECT_FALSE(policy->Authenticate({AuthScheme::kBasic, wrong}, 1).rest->passes());
}

}  // namespace
}  // namespace gateway
