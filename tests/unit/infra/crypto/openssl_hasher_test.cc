#include "infra/crypto/openssl_hasher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <thread>

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

TEST(OpensslHasher, EachHmacHasItsOwnKey) {
  const OpensslHasher hasher;
  Sha256Digest other{};
  other.fill(0xAA);
  const Sha256Digest first = hasher.Mac({}, "Hi There");
  EXPECT_NE(hasher.Mac(other, "Hi There"), first);
  EXPECT_EQ(hasher.Mac({}, "Hi There"), first);
}

TEST(OpensslHasher, ThreadsHashAtTheSameTime) {
  const OpensslHasher hasher;
  const Sha256Digest digest = hasher.Sha256("abc");
  const Sha256Digest mac = hasher.Mac({}, "abc");
  const auto hash_often = [&] {
    for (int i = 0; i < 1'000; ++i) {
      ASSERT_EQ(hasher.Sha256("abc"), digest);
      ASSERT_EQ(hasher.Mac({}, "abc"), mac);
    }
  };
  std::jthread other(hash_often);
  hash_often();
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
