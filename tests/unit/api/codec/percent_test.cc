#include "api/codec/percent.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

std::string Decoded(const std::string& text, Plus plus = Plus::kPlus) {
  std::string bytes(text.size() + 1, '?');
  const auto size = DecodePercent(text, plus, bytes.data());
  return size ? bytes.substr(0, *size) : "malformed";
}

TEST(DecodePercent, GivesAnyByte) {
  EXPECT_EQ(Decoded(""), "");
  EXPECT_EQ(Decoded("a%2Fb%2fc"), "a/b/c");
  EXPECT_EQ(Decoded("%00%ff%FF"), std::string("\0\xff\xff", 3));
  EXPECT_EQ(Decoded("100%25"), "100%");
}

TEST(DecodePercent, DecodesABarePlusAsRequested) {
  EXPECT_EQ(Decoded("a+b%2B%20"), "a+b+ ");
  EXPECT_EQ(Decoded("a+b%2B%20", Plus::kSpace), "a b+ ");
}

TEST(DecodePercent, RefusesWhatIsNoEscape) {
  for (const char* bad : {"%", "a%", "%4", "%4g", "%g4", "%%41", "%-1", "% 1", "%0x41"}) {
    EXPECT_EQ(Decoded(bad), "malformed") << bad;
  }
}

}  // namespace
}  // namespace gateway
