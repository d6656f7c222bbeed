#include "api/codec/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace gateway {
namespace {

using std::string_literals::operator""s;

std::optional<std::string> Decode(const std::string& text) {
  std::string bytes(MaxBase64DecodedSize(text.size()), '?');
  const std::optional<std::size_t> size = DecodeBase64(text, bytes.data());
  if (!size) return std::nullopt;
  bytes.resize(*size);
  return bytes;
}

std::string Encode(const std::string& bytes) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U;
    };
    const unsigned group = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    text += alphabet[group >> 18U];
    text += alphabet[(group >> 12U) & 63U];
    text += i + 1 < bytes.size() ? alphabet[(group >> 6U) & 63U] : '=';
    text += i + 2 < bytes.size() ? alphabet[group & 63U] : '=';
  }
  return text;
}

TEST(DecodeBase64, DecodesTheVectorsOfTheRfc) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"", ""},
                                                                  {"Zg==", "f"},
                                                                  {"Zm8=", "fo"},
                                                                  {"Zm9v", "foo"},
                                                                  {"Zm9vYg==", "foob"},
                                                                  {"Zm9vYmE=", "fooba"},
                                                                  {"Zm9vYmFy", "foobar"},
                                                                  {"AAAA", "\0\0\0"s},
                                                                  {"+/+/", "\xFB\xFF\xBF"},
                                                                  {"/w==", "\xFF"}};
  for (const auto& [text, bytes] : cases) EXPECT_EQ(Decode(text), bytes) << text;
}

TEST(DecodeBase64, DecodesEveryByteAtEveryPosition) {
  for (std::size_t length = 1; length <= 6; ++length) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string bytes(length, static_cast<char>(byte));
      bytes.front() = static_cast<char>(255 - byte);
      EXPECT_EQ(Decode(Encode(bytes)), bytes);
    }
  }
}

TEST(DecodeBase64, RefusesWhatIsNotStrict) {
  for (const std::string text :
       {"Z",    "Zg",     "Zg=",  "Zm8",      "=",          "==",
        "===",  "====",   "Z===", "Zg==Zg==", "Zm8=Zm8=",   "Zh==" /* bits behind the last byte */,
        "Zm9=", "Zm9v\n", "Zm 9", " Zm9",     "Zm9vYg==\n", "-_-_",
        "Zm9*", "Z=9v",   "Zg=v", "=g==",     "Z\xC3\xA4=", "A=B="}) {
    EXPECT_FALSE(Decode(text)) << text;
  }
  EXPECT_FALSE(Decode("Zm9\0"s));
}

}  // namespace
}  // namespace gateway
