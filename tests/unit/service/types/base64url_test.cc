#include "service/types/base64url.h"

#include <gtest/gtest.h>

#include <string>

namespace gateway {
namespace {

TEST(Base64Url, BothWays) {
  // RFC 4648, 10, without padding; and what the standard alphabet writes with + and /.
  const std::pair<std::string, std::string> pairs[] = {{"", ""},
                                                       {"f", "Zg"},
                                                       {"fo", "Zm8"},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg"},
                                                       {"fooba", "Zm9vYmE"},
                                                       {"foobar", "Zm9vYmFy"},
                                                       {"\xFB\xFF\xBF", "-_-_"},
                                                       {std::string("\0\0", 2), "AAA"}};
  for (const auto& [bytes, text] : pairs) {
    EXPECT_EQ(EncodeBase64Url(bytes), text);
    EXPECT_EQ(DecodeBase64Url(text), bytes) << text;
  }
}

TEST(Base64Url, EveryByteStringHasOneForm) {
  for (const char* const text : {"Zg==", "Zm8=", "Z", "Zm9vY", "Zh", "Zm9", "Zm9v ", " Zm9v",
                                 "Zm\n9v", "+/+/", "Zm.v", "Zm9v\xC3"}) {
    EXPECT_EQ(DecodeBase64Url(text), std::nullopt) << text;
  }
  EXPECT_EQ(DecodeBase64Url(std::string_view("Zm9v\0", 5)), std::nullopt);
}

}  // namespace
}  // namespace gateway
