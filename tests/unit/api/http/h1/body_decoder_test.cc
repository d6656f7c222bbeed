#include "api/http/h1/body_decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/cpp/coding.h"

namespace gateway::http {
namespace {

using testing::Deflate;
using testing::Gzip;
using ::testing::HasSubstr;
using testing::Zstd;
using Status = BodyDecoder::Status;

constexpr std::size_t kMebibyte = 1024 * 1024;
constexpr std::size_t kMaxBytes = 32 * kMebibyte;

struct Decoded {
  std::string text;
  bool ok = true;
  RequestError error;
};

// Feeds the pieces one after the other, each until it is used up.
Decoded Decode(ContentCoding coding, const std::vector<std::string_view>& pieces,
               std::size_t max_bytes = kMaxBytes) {
  Decoded result;
  const auto decoder = MakeBodyDecoder(coding, max_bytes);
  for (std::string_view piece : pieces) {
    Status status = Status::kMore;
    while (status == Status::kMore) status = decoder->Feed(&piece, &result.text);
    if (status == Status::kFailed) {
      result.ok = false;
      result.error = decoder->error();
      return result;
    }
    EXPECT_TRUE(piece.empty()) << "kNeedMore means that all is used up";
  }
  result.ok = decoder->Finish();
  result.error = decoder->error();
  return result;
}

std::string Noise(std::size_t bytes) {
  std::string noise(bytes, '\0');
  std::uint32_t state = 1;
  for (char& c : noise) {
    state = state * 1'664'525 + 1'013'904'223;
    c = static_cast<char>(state >> 24U);
  }
  return noise;
}

std::optional<ContentCoding> CodingOf(const std::vector<std::string_view>& values) {
  RequestHead head;
  for (const std::string_view value : values) head.fields.push_back({"Content-encoding", value});
  return ContentCodingOf(head);
}

TEST(ContentCodingOf, KnowsTheCodingsWhateverTheirCase) {
  EXPECT_EQ(CodingOf({"gzip"}), ContentCoding::kGzip);
  EXPECT_EQ(CodingOf({"GZip"}), ContentCoding::kGzip);
  EXPECT_EQ(CodingOf({"x-gzip"}), ContentCoding::kGzip);
  EXPECT_EQ(CodingOf({"zstd"}), ContentCoding::kZstd);
  EXPECT_EQ(CodingOf({", zstd ,\t"}), ContentCoding::kZstd);
  EXPECT_EQ(CodingOf({"Deflate"}), ContentCoding::kDeflate);
}

TEST(ContentCodingOf, IsIdentityWhereNothingIsNamed) {
  EXPECT_EQ(CodingOf({}), ContentCoding::kIdentity);
  EXPECT_EQ(CodingOf({""}), ContentCoding::kIdentity);
  EXPECT_EQ(CodingOf({"identity"}), ContentCoding::kIdentity);
}

TEST(ContentCodingOf, RefusesOthersAndSeveral) {
  EXPECT_EQ(CodingOf({"br"}), std::nullopt);
  EXPECT_EQ(CodingOf({"deflate, gzip"}), std::nullopt);
  EXPECT_EQ(CodingOf({"gzip, gzip"}), std::nullopt);
  EXPECT_EQ(CodingOf({"gzip", "zstd"}), std::nullopt) << "two fields are one list";
  EXPECT_EQ(CodingOf({"identity", "gzip"}), std::nullopt);
  EXPECT_EQ(CodingOf({"gzip;q=1"}), std::nullopt);
}

struct Coding {
  const char* name;
  ContentCoding coding;
  std::string (*encode)(std::string_view);
};
void PrintTo(const Coding& coding, std::ostream* out) { *out << coding.name; }

class Coded : public ::testing::TestWithParam<Coding> {
 protected:
  static Decoded Decode(const std::vector<std::string_view>& pieces,
                        std::size_t max_bytes = kMaxBytes) {
    return http::Decode(GetParam().coding, pieces, max_bytes);
  }
  static std::string Encode(std::string_view text) { return GetParam().encode(text); }
};

INSTANTIATE_TEST_SUITE_P(All, Coded,
                         ::testing::Values(Coding{"gzip", ContentCoding::kGzip, &Gzip},
                                           Coding{"deflate", ContentCoding::kDeflate, &Deflate},
                                           Coding{
                                               "zstd", ContentCoding::kZstd,
                                               [](std::string_view text) { return Zstd(text); }}),
                         [](const auto& one) { return one.param.name; });

TEST_P(Coded, ComesBackAsItWas) {
  for (const std::string& text : {std::string(), std::string("x"), Noise(70'000),
                                  Noise(3 * kMebibyte), std::string(kMebibyte, 'a')}) {
    const Decoded decoded = Decode({Encode(text)});
    EXPECT_TRUE(decoded.ok) << decoded.error.reason;
    EXPECT_TRUE(decoded.text == text) << text.size();
  }
}

TEST_P(Coded, SplitAnywhereComesBackAsItWas) {
  const std::string text = R"({"topic":"t","value":")" + Noise(300) + std::string(500, 'x');
  const std::string coded = Encode(text);
  for (std::size_t at = 0; at <= coded.size(); ++at) {
    const std::string_view whole = coded;
    const Decoded decoded = Decode({whole.substr(0, at), whole.substr(at)});
    ASSERT_TRUE(decoded.ok && decoded.text == text) << "split at " << at;
  }
}

TEST_P(Coded, ByteByByteComesBackAsItWas) {
  const std::string text = Noise(300) + std::string(500, 'x');
  const std::string coded = Encode(text);
  std::vector<std::string_view> bytes;
  for (const char& c : coded) bytes.emplace_back(&c, 1);
  EXPECT_EQ(Decode(bytes).text, text);
}

TEST_P(Coded, CutOffAnywhereIsRefused) {
  const std::string coded = Encode(Noise(300));
  for (std::size_t length = 0; length < coded.size(); ++length) {
    const Decoded decoded = Decode({std::string_view(coded).substr(0, length)});
    ASSERT_FALSE(decoded.ok) << length;
    ASSERT_EQ(decoded.error.kind, RequestError::Kind::kUndecodable);
    ASSERT_THAT(decoded.error.reason, HasSubstr("it is incomplete"));
  }
}

TEST_P(Coded, WithSomethingBehindItIsRefused) {
  const std::string coded = Encode("hello");
  const std::string with_garbage = coded + "garbage";
  EXPECT_FALSE(Decode({with_garbage}).ok);
  const Decoded apart = Decode({coded, "garbage"});
  EXPECT_FALSE(apart.ok);
  EXPECT_EQ(apart.error.kind, RequestError::Kind::kUndecodable);
}

TEST_P(Coded, WithADamagedChecksumIsRefused) {
  std::string coded = Encode(Noise(300));
  const std::size_t at = coded.size() - (GetParam().coding == ContentCoding::kGzip ? 6 : 2);
  coded[at] = static_cast<char>(coded[at] ^ 1);
  const Decoded decoded = Decode({coded});
  EXPECT_FALSE(decoded.ok);
  EXPECT_EQ(decoded.error.kind, RequestError::Kind::kUndecodable);
  EXPECT_EQ(decoded.error.coding, GetParam().name);
}

TEST_P(Coded, AnUncodedBodyIsRefused) {
  const Decoded decoded = Decode({R"({"topic":"t","value":1})"});
  EXPECT_FALSE(decoded.ok);
  EXPECT_EQ(decoded.error.kind, RequestError::Kind::kUndecodable);
}

TEST_P(Coded, OfExactlyTheLimitIsTaken) {
  const std::string text = Noise(50'000);
  EXPECT_TRUE(Decode({Encode(text)}, 50'000).ok);
}

TEST_P(Coded, OfMoreThanTheLimitIsRefused) {
  const Decoded decoded = Decode({Encode(Noise(50'000))}, 49'999);
  EXPECT_FALSE(decoded.ok);
  EXPECT_EQ(decoded.error.kind, RequestError::Kind::kDecodedTooLarge);
  EXPECT_EQ(decoded.error.limit, 49'999U);
}

TEST_P(Coded, ADecompressionBombIsRefusedEarly) {
  const std::string bomb = Encode(std::string(64 * kMebibyte, '\0'));
  ASSERT_LT(bomb.size(), 70'000U);
  const Decoded decoded = Decode({bomb}, 1024 * kMebibyte);
  EXPECT_FALSE(decoded.ok);
  EXPECT_EQ(decoded.error.kind, RequestError::Kind::kExpandsTooMuch);
  EXPECT_EQ(decoded.error.limit, 100U);
  EXPECT_LE(decoded.text.size(), 100 * bomb.size() + kMebibyte);
}

TEST_P(Coded, ATextOfOneMebibyteMayBeAsRegularAsItLikes) {
  EXPECT_TRUE(Decode({Encode(std::string(kMebibyte, '\0'))}).ok);
  EXPECT_FALSE(Decode({Encode(std::string(kMebibyte + 1, '\0'))}).ok);
}

TEST_P(Coded, IsDecodedInBoundedSteps) {
  const std::string coded = Encode(std::string(kMebibyte, 'a'));
  const auto decoder = MakeBodyDecoder(GetParam().coding, kMaxBytes);
  std::string_view input = coded;
  std::string out;
  int steps = 1;
  while (decoder->Feed(&input, &out) == Status::kMore) {
    ASSERT_LE(out.size(), static_cast<std::size_t>(steps) * BodyDecoder::kStepBytes);
    ++steps;
  }
  EXPECT_EQ(out.size(), kMebibyte);
  EXPECT_GE(steps, 4);
  EXPECT_TRUE(decoder->Finish());
}

TEST(GzipDecoder, TakesSeveralMembersWhereverTheyAreSplit) {
  const std::string members = Gzip("a, ") + Gzip("") + Gzip(std::string(300, 'b')) + Gzip("c");
  const std::string_view whole = members;
  for (std::size_t at = 0; at <= whole.size(); ++at) {
    const Decoded decoded = Decode(ContentCoding::kGzip, {whole.substr(0, at), whole.substr(at)});
    ASSERT_TRUE(decoded.ok) << at << ": " << decoded.error.reason;
    ASSERT_EQ(decoded.text, "a, " + std::string(300, 'b') + "c");
  }
}

TEST(GzipDecoder, TakesMembersThatEndWithABufferOrAStep) {
  for (const std::size_t size : {std::size_t{16} * 1024, BodyDecoder::kStepBytes}) {
    const std::string text(size, 'x');
    const Decoded decoded = Decode(ContentCoding::kGzip, {Gzip(text) + Gzip(text)});
    EXPECT_TRUE(decoded.ok && decoded.text == text + text) << size;
  }
}

TEST(GzipDecoder, RefusesWhatIsNoMemberBehindOne) {
  for (const char* const behind : {"garbage", "\n\n", "\x1f\x8b"}) {
    const Decoded decoded = Decode(ContentCoding::kGzip, {Gzip("a") + behind});
    EXPECT_FALSE(decoded.ok) << behind;
  }
  EXPECT_THAT(Decode(ContentCoding::kGzip, {Gzip("a") + "garbage"}).error.reason,
              HasSubstr("data that is not a gzip member follows its end"));
}

TEST(GzipDecoder, BoundsTheSumOfTheMembers) {
  const std::string text = Noise(30'000);
  EXPECT_TRUE(Decode(ContentCoding::kGzip, {Gzip(text) + Gzip(text)}, 60'000).ok);
  EXPECT_EQ(Decode(ContentCoding::kGzip, {Gzip(text) + Gzip(text)}, 59'999).error.kind,
            RequestError::Kind::kDecodedTooLarge);
}

TEST(GzipDecoder, RefusesRawDeflateAndZlib) {
  EXPECT_THAT(Decode(ContentCoding::kGzip, {Deflate("a")}).error.reason, HasSubstr("RFC 1952"));
}

TEST(DeflateDecoder, IsZlibsFormatAndSaysSoOfRawDeflateAndGzip) {
  constexpr std::size_t kZlibHead = 2;
  constexpr std::size_t kZlibTail = 4;
  const std::string zlib = Deflate("a text");
  const std::string raw = zlib.substr(kZlibHead, zlib.size() - kZlibHead - kZlibTail);
  for (const std::string& other : {raw, Gzip("a text")}) {
    EXPECT_THAT(Decode(ContentCoding::kDeflate, {other}).error.reason, HasSubstr("RFC 1950"));
  }
}

TEST(ZstdDecoder, TakesSeveralFrames) {
  const std::string two = Zstd("a") + Zstd("b");
  EXPECT_EQ(Decode(ContentCoding::kZstd, {two}).text, "ab");
}

TEST(ZstdDecoder, PassesOverSkippableFrames) {
  const std::string skippable("\x5F\x2A\x4D\x18\x02\0\0\0ab", 10);
  const std::string coded = skippable + Zstd("a") + skippable;
  EXPECT_EQ(Decode(ContentCoding::kZstd, {coded}).text, "a");
  EXPECT_TRUE(Decode(ContentCoding::kZstd, {coded}).ok);
}

TEST(ZstdDecoder, RefusesTheFormatsBeforeRfc8878WhereverTheyAreSplit) {
  for (const char version : {'\x24', '\x25', '\x26', '\x27', '\x1E'}) {
    const std::string coded =
        std::string(1, version) + std::string("\xB5\x2F\xFD\x04\x58\x05\x01\0", 8);
    const std::string behind = Zstd("a") + coded;
    const std::string_view whole = behind;
    for (std::size_t at = whole.size() - coded.size(); at < whole.size(); ++at) {
      const Decoded decoded = Decode(ContentCoding::kZstd, {whole.substr(0, at), whole.substr(at)});
      EXPECT_FALSE(decoded.ok);
      EXPECT_THAT(decoded.error.reason, HasSubstr("RFC 8878"));
    }
  }
}

TEST(ZstdDecoder, TakesAWindowOf8MebibytesAndNoLarger) {
  EXPECT_TRUE(Decode(ContentCoding::kZstd, {Zstd("a", 23)}).ok);
  const Decoded decoded = Decode(ContentCoding::kZstd, {Zstd("a", 24)});
  EXPECT_FALSE(decoded.ok);
  EXPECT_EQ(decoded.error.kind, RequestError::Kind::kUndecodable);
  EXPECT_THAT(decoded.error.reason, HasSubstr("RFC 9659"));
}

}  // namespace
}  // namespace gateway::http
