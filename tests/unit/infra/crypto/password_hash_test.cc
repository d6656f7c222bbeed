#include "infra/crypto/password_hash.h"

#include <crypt.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string Crypt(const std::string& password, const std::string& setting) {
  const auto data = std::make_unique<crypt_data>();
  return crypt_r(password.c_str(), setting.c_str(), data.get());
}
// As htpasswd -B -C 10 writes it.
std::string Bcrypt(const std::string& password) {
  return Crypt(password, "$2y$10$abcdefghijklmnopqrstuu");
}
bool Verify(const std::string& password, const std::string& hash) {
  return PasswordHashVerifier().Verify(password, hash);
}

TEST(PasswordHash, EachKindVerifiesItsPasswordAndNoOther) {
  for (const std::string& hash : {Bcrypt("s\xC3\xA4sam"), Crypt("s\xC3\xA4sam", "$5$saltsalt"),
                                  Crypt("s\xC3\xA4sam", "$6$rounds=1000$saltsalt"),
                                  Crypt("s\xC3\xA4sam", "$y$j9T$abcdefghijklmnopqrstu."),
                                  HashPassword("s\xC3\xA4sam").value()}) {
    EXPECT_EQ(WhyNotPasswordHash(hash), "") << hash;
    EXPECT_TRUE(Verify("s\xC3\xA4sam", hash)) << hash;
    for (const std::string& other :
         {std::string(), std::string("sesam"), std::string("s\xC3\xA4sam "),
          std::string("s\xC3\xA4sam\0", 7), std::string("s\xC3\xA4sam\0x", 8)}) {
      EXPECT_FALSE(Verify(other, hash)) << hash;
    }
  }
}

TEST(PasswordHash, IsWhatOthersComputeToo) {
  EXPECT_TRUE(Verify("U*U", "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"))
      << "a vector of Openwall's crypt_blowfish";
}

TEST(PasswordHash, BcryptTakesNoPasswordThatItWouldCutOff) {
  const std::string longest(72, 'x');
  EXPECT_TRUE(Verify(longest, Bcrypt(longest)));
  EXPECT_FALSE(Verify(longest + "y", Bcrypt(longest)));
  const std::string argon = HashPassword(longest + "y").value();
  EXPECT_TRUE(Verify(longest + "y", argon));
  EXPECT_FALSE(Verify(longest, argon));
}

TEST(PasswordHash, NoPasswordIsLongerThanItsLimit) {
  const std::string longest(kMaxPasswordBytes, 'x');
  EXPECT_TRUE(Verify(longest, HashPassword(longest).value()));
  EXPECT_FALSE(Verify(longest + "x", HashPassword(longest + "x").value()));
}

TEST(PasswordHash, HashesThatAreTooQuickAreRefusedWithTheRemedy) {
  EXPECT_THAT(WhyNotPasswordHash("$apr1$salt$aaaaaaaaaaaaaaaaaaaaaa"), HasSubstr("htpasswd -B"));
  EXPECT_THAT(WhyNotPasswordHash("$1$salt$aaaaaaaaaaaaaaaaaaaaaa"), HasSubstr("MD5"));
  EXPECT_THAT(WhyNotPasswordHash(Crypt("a", "$2y$09$abcdefghijklmnopqrstuu")),
              HasSubstr("a cost of 9"));
}

TEST(PasswordHash, HashesThatTakeTooLongAreRefused) {
  EXPECT_NE(WhyNotPasswordHash("$2y$15$" + std::string(53, 'a')), "");
  EXPECT_NE(WhyNotPasswordHash("$6$rounds=1000001$saltsalt$" + std::string(86, 'a')), "");
  EXPECT_EQ(WhyNotPasswordHash("$6$rounds=1000000$saltsalt$" + std::string(86, 'a')), "");
  const std::string argon = HashPassword("a").value();
  const auto with = [&argon](const std::string& memory_and_passes) {
    std::string changed = argon;
    return changed.replace(changed.find("m=19456,t=2"), 11, memory_and_passes);
  };
  EXPECT_THAT(WhyNotPasswordHash(with("m=131073,t=2")), HasSubstr("128 MiB"));
  EXPECT_THAT(WhyNotPasswordHash(with("m=19456,t=11")), HasSubstr("10 passes"));
  EXPECT_EQ(WhyNotPasswordHash(with("m=131072,t=10")), "");
}

TEST(PasswordHash, TextsThatAreNoHashAreRefused) {
  const std::string bcrypt = Bcrypt("a");
  const std::string sha = Crypt("a", "$6$saltsalt");
  const std::string argon = HashPassword("a").value();
  for (const std::string& hash :
       {std::string(), std::string("sesam"), std::string("{SHA}aaaa"),
        std::string("$argon2i$v=19$m=1"), std::string("$2a$10$abcdefghijklmnopqrstuu"),
        bcrypt.substr(0, 59), bcrypt + "a", sha.substr(1), sha.substr(0, sha.size() - 1),
        argon.substr(0, 40), std::string("$y$"), std::string("$5$")}) {
    EXPECT_NE(WhyNotPasswordHash(hash), "") << hash;
    EXPECT_FALSE(Verify("a", hash)) << hash;
  }
}

TEST(PasswordHash, NewOnesAreArgon2idAndSalted) {
  const std::string hash = HashPassword("sesam").value();
  EXPECT_THAT(hash, StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_NE(hash, HashPassword("sesam").value());
  EXPECT_THAT(hash, Not(HasSubstr("sesam")));
}

}  // namespace
}  // namespace gateway
