#include "infra/crypto/certificate_expiry.h"

#include <gtest/gtest.h>

#include <chrono>

#include "support/cpp/test_certificates.h"

namespace gateway {
namespace {

using testing::MakeIdentity;

int DaysUntil(std::optional<std::chrono::system_clock::time_point> when) {
  if (!when) return -1;
  const auto left = *when - std::chrono::system_clock::now() + std::chrono::hours(12);
  return static_cast<int>(std::chrono::duration_cast<std::chrono::hours>(left).count() / 24);
}

TEST(EarliestExpiry, IsThatOfTheFirstCertificateOfTheFileToExpire) {
  const testing::TestDirectory directory;
  const std::string later = MakeIdentity("later", nullptr, 9).CertificatePem();
  const std::string sooner = MakeIdentity("sooner", nullptr, 3).CertificatePem();
  EXPECT_EQ(DaysUntil(EarliestExpiry(directory.Write("one.pem", later))), 9);
  EXPECT_EQ(DaysUntil(EarliestExpiry(directory.Write("two.pem", later + sooner))), 3);
  EXPECT_EQ(DaysUntil(EarliestExpiry(directory.Write("turned.pem", sooner + later))), 3);
}

TEST(EarliestExpiry, IsAbsentWithoutACertificate) {
  const testing::TestDirectory directory;
  EXPECT_FALSE(EarliestExpiry(directory.Write("text.pem", "nothing")));
  EXPECT_FALSE(EarliestExpiry(directory.Path("nonexistent.pem")));
  EXPECT_FALSE(EarliestExpiry(""));
}

}  // namespace
}  // namespace gateway
