#include "infra/crypto/openssl_hasher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace gateway {
namespace {

std::string Hex(const Sha256Digest& digest) {
  std::string text;
  for (const auto byte : digest) {
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", byte);
    text += two.data();
  }
  return text;
}

TEST(OpensslHasher, ComputesSha256) {
  EXPECT_EQ(Hex(OpensslHasher().Sha256("abc")),  // FIPS 180-2, B.1
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(OpensslHasher, ComputesHmac) {
  Sha256Digest key{};  // RFC 4231, 4.2: a shorter key is filled up with zeros
  std::fill_n(key.begin(), 20, std::uint8_t{0x0B});
  EXPECT_EQ(Hex(OpensslHasher().Mac(key, "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
}

TEST(OpensslHasher, DigestsAreEqualInEveryByte) {
  const OpensslHasher hasher;
  const Sha256Digest digest = hasher.Sha256("abc");
  EXPECT_TRUE(hasher.Equal(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Sha256Digest other = digest;
    other[i] ^= 1U;
    EXPECT_FALSE(hasher.Equal(digest, other)) << i;
  }
}

TEST(OpensslHasher, RandomBytesDiffer) { EXPECT_NE(RandomBytes().value(), RandomBytes().value()); }

}  // namespace
}  // namespace gateway
