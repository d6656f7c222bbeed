#include "service/auth/passwords/password_users.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "support/cpp/fake_hasher.h"
#include "support/cpp/fake_passwords.h"

namespace gateway {
namespace {

using testing::BasicOf;
using testing::FakeHasher;
using testing::FakePasswordVerifier;

constexpr TimestampMs kNow = 1'700'000'000'000;

TEST(BasicCredentialsTest, AreAUserAndAPassword) {
  const auto parsed = ParseBasicCredentials("QWxhZGRpbjpvcGVuIHNlc2FtZQ==");  // RFC 7617, 2
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->user, "Aladdin");
  EXPECT_EQ(parsed->password, "open sesame");
  EXPECT_EQ(ParseBasicCredentials(BasicOf("ann", "a:b"))->password, "a:b");
  EXPECT_EQ(ParseBasicCredentials(BasicOf("ann", ""))->password, "");
  EXPECT_EQ(ParseBasicCredentials(BasicOf("ann", "\xC3\xBF\xC3\xBE?>"))->password,
            "\xC3\xBF\xC3\xBE?>");
  EXPECT_TRUE(ParseBasicCredentials("QWxhZGRpbjpvcGVuIHNlc2FtZQ")) << "without padding";
}

TEST(BasicCredentialsTest, AreNothingElse) {
  for (const std::string& text :
       {std::string(), std::string("="), std::string("QWxhZGRpbg=="), BasicOf("", "password"),
        std::string("QWxhZGRpbjpvcGVuIHNlc2FtZQ==="), std::string("QWxhZGRpbjpvcGVuIHNlc2FtZQ== "),
        std::string("YTr_"), BasicOf("ann", std::string("a\0b", 3)),
        BasicOf("ann", std::string(1'000, 'x'))}) {
    EXPECT_FALSE(ParseBasicCredentials(text)) << text;
  }
}

TEST(BasicCredentialsTest, AreNotLongerThanTheirLimit) {
  EXPECT_EQ(BasicOf("ann", std::string(764, 'x')).size(), 1'024U);
  EXPECT_TRUE(ParseBasicCredentials(BasicOf("ann", std::string(764, 'x'))));
  EXPECT_FALSE(ParseBasicCredentials(BasicOf("ann", std::string(765, 'x'))));
}

class PasswordUsersTest : public ::testing::Test {
 protected:
  Authentication Ask(const std::string& user, const std::string& password, TimestampMs now = kNow) {
    const Authentication found = users->Check(BasicOf(user, password), now);
    return found.rest ? found.rest->conclude(found.rest->passes()) : found;
  }
  static CallerPtr CallerNamed(const std::string& name) {
    return std::make_shared<const Caller>(Caller{{name, {}}, TopicRights(), RateLimiter()});
  }

  // As a version of the access file has them.
  std::shared_ptr<const PasswordUsers> Users(const std::string& hash_of_ann,
                                             const std::string& principal = "ann") {
    return std::make_shared<const PasswordUsers>(
        std::vector<PasswordUser>{{"bob", "hash of b", CallerNamed("bob")},
                                  {"ann", hash_of_ann, CallerNamed(principal)}},
        verified, verifier);
  }

  FakeHasher hasher;
  FakePasswordVerifier verifier;
  VerifiedPasswords verified{Sha256Digest{1}, hasher};
  std::shared_ptr<const PasswordUsers> users = Users("hash of a:b");
};

TEST_F(PasswordUsersTest, ARightPasswordProvesItsUser) {
  const Authentication found = Ask("ann", "a:b");
  EXPECT_EQ(found.result, AuthResult::kAccepted);
  ASSERT_TRUE(found.caller);
  EXPECT_EQ(found.caller->principal.name, "ann");
  EXPECT_EQ(Ask("bob", "b").caller->principal.name, "bob");
  EXPECT_EQ(Ask("ann", "b").result, AuthResult::kWrong);
  EXPECT_EQ(Ask("ann", "").result, AuthResult::kWrong);
  EXPECT_EQ(Ask("Ann", "a:b").result, AuthResult::kUnknown);
}

TEST_F(PasswordUsersTest, TheSlowHashIsLeftToAWorker) {
  const Authentication found = users->Check(BasicOf("ann", "a:b"), kNow);
  EXPECT_TRUE(found.rest);
  EXPECT_FALSE(found.caller);
  EXPECT_EQ(found.result, AuthResult::kBusy);
  EXPECT_EQ(verifier.verified, 0);
}

TEST_F(PasswordUsersTest, AnUnknownUserTakesAsLongAsAnother) {
  EXPECT_EQ(Ask("nobody", "a:b").result, AuthResult::kUnknown);
  EXPECT_EQ(verifier.verified, 1);
}

TEST_F(PasswordUsersTest, OneHashServesUntilAMinuteWithoutUse) {
  Ask("ann", "a:b");
  const Authentication found = users->Check(BasicOf("ann", "a:b"), kNow + 59'999);
  EXPECT_EQ(found.result, AuthResult::kAccepted);
  EXPECT_FALSE(found.rest);
  EXPECT_EQ(verifier.verified, 1);
  EXPECT_FALSE(users->Check(BasicOf("ann", "a:b"), kNow + 100'000).rest);
  EXPECT_TRUE(users->Check(BasicOf("ann", "a"), kNow).rest);
  EXPECT_TRUE(users->Check(BasicOf("bob", "a:b"), kNow).rest);
  EXPECT_TRUE(users->Check(BasicOf("anna", ":b"), kNow).rest) << "the same without the colon";
  EXPECT_TRUE(users->Check(BasicOf("ann", "a:b"), kNow + 160'000).rest);
}

TEST_F(PasswordUsersTest, VerifiedPasswordsAreKeyedByAMacOfTheProcess) {
  Ask("ann", "a:b");
  EXPECT_EQ(hasher.mac_key, Sha256Digest{1});
}

TEST_F(PasswordUsersTest, OneHashServesLaterVersionsOfTheFile) {
  Ask("ann", "a:b");
  users = Users("hash of a:b", "annabel");
  const Authentication found = users->Check(BasicOf("ann", "a:b"), kNow);
  ASSERT_TRUE(found.caller);
  EXPECT_EQ(found.caller->principal.name, "annabel") << "what this version says";
  EXPECT_EQ(verifier.verified, 1);
}

TEST_F(PasswordUsersTest, AHashServesNoOtherHashAndNoOtherUser) {
  Ask("ann", "a:b");
  EXPECT_TRUE(Users("hash of other")->Check(BasicOf("ann", "a:b"), kNow).rest);
  for (const char* const name : {"al", "nobody", "bob"}) {
    EXPECT_TRUE(users->Check(BasicOf(name, "a:b"), kNow).rest) << name;
  }
}

TEST_F(PasswordUsersTest, AHashThatIsSharedProvesTheCallerOfEachVersionOfTheFile) {
  const auto before = users->Check(BasicOf("ann", "a:b"), kNow).rest;
  const auto after = Users("hash of a:b", "annabel")->Check(BasicOf("ann", "a:b"), kNow).rest;
  const auto other = Users("hash of other")->Check(BasicOf("ann", "a:b"), kNow).rest;
  EXPECT_EQ(before->password, after->password);
  EXPECT_NE(before->password, other->password);
  EXPECT_EQ(before->conclude(true).caller->principal.name, "ann");
  EXPECT_EQ(after->conclude(true).caller->principal.name, "annabel");
}

TEST_F(PasswordUsersTest, WrongOnesAreNotRemembered) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Ask("ann", "wrong").result, AuthResult::kWrong);
  EXPECT_EQ(verifier.verified, 3);
}

TEST_F(PasswordUsersTest, MalformedCredentialsNeedNoHash) {
  const Authentication found = users->Check("x", kNow);
  EXPECT_EQ(found.result, AuthResult::kMalformed);
  EXPECT_FALSE(found.rest);
}

TEST_F(PasswordUsersTest, ACheckOutlivesThePolicy) {
  const Authentication found = users->Check(BasicOf("ann", "a:b"), kNow);
  users.reset();
  ASSERT_TRUE(found.rest->passes());
  EXPECT_EQ(found.rest->conclude(true).caller->principal.name, "ann");
}

TEST(UserNames, HaveNoColon) {
  EXPECT_TRUE(IsLegalUserName("ann"));
  for (const char* const name : {"", "a:b", ":", "anonymous", "a\n"}) {
    EXPECT_FALSE(IsLegalUserName(name)) << name;
  }
}

TEST_F(PasswordUsersTest, ARemovedUserIsNotTakenForAnotherWithTheSameHash) {
  const auto with = [this](std::vector<PasswordUser> all) {
    return std::make_shared<const PasswordUsers>(std::move(all), verified, verifier);
  };
  const PasswordUser amy{"amy", "hash of p", CallerNamed("amy")};
  const PasswordUser zoe{"zoe", "hash of p", CallerNamed("zoe")};
  users = with({amy, zoe});
  EXPECT_EQ(Ask("amy", "p").caller->principal.name, "amy");
  users = with({zoe});
  EXPECT_EQ(Ask("amy", "p").result, AuthResult::kUnknown);
}

}  // namespace
}  // namespace gateway
