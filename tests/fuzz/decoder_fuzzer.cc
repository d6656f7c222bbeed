// Fuzzes the decoding of bodies. The first byte chooses the coding, the second how the rest is
// split. The fuzzer checks:
//   - the pieces give the same text and the same verdict as the whole, unless the text is too big:
//     the decoder checks its size between two steps, whose places depend on the pieces;
//   - a step puts out no more than it may, and the text stays within its bounds;
//   - a refusal has a reason; an accepted body gives the text that zlib and zstd decode at once.
#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/h1/body_decoder.h"
#include "support/cpp/fuzzing.h"

namespace gateway::http {
namespace {

using testing::Require;
using Status = BodyDecoder::Status;

constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;
constexpr std::size_t kBuffer = 16 * 1024;

struct Verdict {
  bool ok = false;
  RequestError::Kind kind = RequestError::Kind::kMalformed;
  std::string text;

  bool TooLarge() const {
    return kind == RequestError::Kind::kDecodedTooLarge ||
           kind == RequestError::Kind::kExpandsTooMuch;
  }
};

Verdict Decode(ContentCoding coding, std::string_view coded, std::size_t piece_bytes) {
  const auto decoder = MakeBodyDecoder(coding, kMaxBytes);
  Verdict verdict;
  const auto refused = [&] {
    verdict.kind = decoder->error().kind;
    Require(verdict.kind != RequestError::Kind::kMalformed);
    Require((verdict.kind == RequestError::Kind::kUndecodable) == !decoder->error().reason.empty());
    return verdict;
  };
  while (!coded.empty()) {
    std::string_view piece = coded.substr(0, piece_bytes);
    coded.remove_prefix(piece.size());
    Status status = Status::kMore;
    while (status == Status::kMore) {
      const std::size_t before = verdict.text.size();
      status = decoder->Feed(&piece, &verdict.text);
      Require(verdict.text.size() - before <= BodyDecoder::kStepBytes);
      Require(verdict.text.size() <= kMaxBytes);
    }
    if (status == Status::kFailed) return refused();
    Require(piece.empty());
  }
  verdict.ok = decoder->Finish();
  return verdict.ok ? verdict : refused();
}

// `wrapper`: 16 for gzip, whose members follow one another; 0 for zlib.
void CheckZlib(int wrapper, std::string_view coded, const std::string& text) {
  z_stream stream{};
  Require(inflateInit2(&stream, MAX_WBITS + wrapper) == Z_OK);
  std::string out(text.size() + 1, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(coded.data()));
  stream.avail_in = static_cast<uInt>(coded.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  do {
    Require(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  } while (wrapper != 0 && stream.avail_in > 0 && inflateReset(&stream) == Z_OK);
  Require(stream.avail_in == 0);
  out.resize(out.size() - stream.avail_out);
  inflateEnd(&stream);
  Require(out == text);
}

void CheckZstd(std::string_view coded, const std::string& text) {
  std::string out(text.size() + kBuffer, '\0');
  const std::size_t bytes = ZSTD_decompress(out.data(), out.size(), coded.data(), coded.size());
  Require(ZSTD_isError(bytes) == 0);
  out.resize(bytes);
  Require(out == text);
}

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using gateway::http::ContentCoding;
  if (size < 2) return 0;
  constexpr ContentCoding kCodings[] = {ContentCoding::kGzip, ContentCoding::kZstd,
                                        ContentCoding::kDeflate};
  const ContentCoding coding = kCodings[data[0] % 3];
  const std::string coded(data + 2, data + size);
  const auto whole = gateway::http::Decode(coding, coded, coded.size() + 1);
  const auto pieces = gateway::http::Decode(coding, coded, data[1] + std::size_t{1});
  if (whole.TooLarge() || pieces.TooLarge()) return 0;
  gateway::http::Require(whole.ok == pieces.ok && whole.kind == pieces.kind);
  if (!whole.ok) return 0;
  gateway::http::Require(whole.text == pieces.text);
  if (coding == ContentCoding::kZstd) {
    gateway::http::CheckZstd(coded, whole.text);
  } else {
    gateway::http::CheckZlib(coding == ContentCoding::kGzip ? 16 : 0, coded, whole.text);
  }
  return 0;
}
