#include "service/auth/passwords/verified_passwords.h"

#include <gtest/gtest.h>

#include <string>

#include "support/cpp/fake_hasher.h"

namespace gateway {
namespace {

constexpr TimestampMs kNow = 1'700'000'000'000;

class VerifiedPasswordsTest : public ::testing::Test {
 protected:
  static Sha256Digest Digest(std::size_t number) {
    Sha256Digest digest{};
    for (std::size_t i = 0; i < sizeof number; ++i) {
      digest[i] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    return digest;
  }

  testing::FakeHasher hasher;
  VerifiedPasswords verified{Sha256Digest{1}, hasher};
};

TEST_F(VerifiedPasswordsTest, AreKnownUntilAMinuteWithoutUse) {
  EXPECT_FALSE(verified.Use(Digest(1), kNow));
  verified.Add(Digest(1), kNow);
  EXPECT_TRUE(verified.Use(Digest(1), kNow + 59'999));
  EXPECT_TRUE(verified.Use(Digest(1), kNow + 119'998));
  EXPECT_FALSE(verified.Use(Digest(1), kNow + 179'998));
  EXPECT_EQ(verified.size(), 0U);
  EXPECT_FALSE(verified.Use(Digest(2), kNow));
}

TEST_F(VerifiedPasswordsTest, DependOnUserPasswordAndHash) {
  const Sha256Digest digest = verified.DigestOf("a", "b", "c");
  EXPECT_EQ(verified.DigestOf("a", "b", "c"), digest);
  EXPECT_NE(verified.DigestOf("x", "b", "c"), digest);
  EXPECT_NE(verified.DigestOf("a", "x", "c"), digest);
  EXPECT_NE(verified.DigestOf("a", "b", "x"), digest);
  EXPECT_NE(verified.DigestOf("a", "bc", ""), digest);
  EXPECT_NE(VerifiedPasswords(Sha256Digest{2}, hasher).DigestOf("a", "b", "c"), digest);
}

TEST_F(VerifiedPasswordsTest, AreBoundedAndDropTheUnusedFirst) {
  for (std::size_t i = 0; i < VerifiedPasswords::kMax; ++i) verified.Add(Digest(i), kNow);
  EXPECT_TRUE(verified.Use(Digest(7), kNow + 59'999));
  verified.Add(Digest(VerifiedPasswords::kMax), kNow + 60'000);
  EXPECT_EQ(verified.size(), 2U);
  EXPECT_TRUE(verified.Use(Digest(7), kNow + 60'000));
  for (std::size_t i = 0; i < VerifiedPasswords::kMax + 100; ++i) {
    verified.Add(Digest(i), kNow + 60'000);
  }
  EXPECT_EQ(verified.size(), VerifiedPasswords::kMax);
}

}  // namespace
}  // namespace gateway
