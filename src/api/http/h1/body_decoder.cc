#include "api/http/h1/body_decoder.h"

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gateway::http {
namespace {

// Size of one decoding buffer; on the stack, so that a waiting body holds no buffer.
constexpr std::size_t kBufferBytes = std::size_t{16} * 1024;

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::optional<ContentCoding> CodingNamed(std::string_view name) {
  if (EqualsIgnoreCase(name, "identity")) return ContentCoding::kIdentity;
  // RFC 9110, 8.4.1.3: x-gzip is the same.
  if (EqualsIgnoreCase(name, "gzip") || EqualsIgnoreCase(name, "x-gzip")) {
    return ContentCoding::kGzip;
  }
  if (EqualsIgnoreCase(name, "zstd")) return ContentCoding::kZstd;
  if (EqualsIgnoreCase(name, "deflate")) return ContentCoding::kDeflate;
  return std::nullopt;
}

// gzip (RFC 1952): one or more members, as in concatenated log files. deflate (RFC 9110, 8.4.1.2):
// one stream in zlib's format (RFC 1950), and nothing after it.
class ZlibDecoder final : public BodyDecoder {
 public:
  enum class Format : std::uint8_t { kGzip, kZlib };

  ZlibDecoder(Format format, std::size_t max_bytes)
      : BodyDecoder(format == Format::kGzip ? "gzip" : "deflate", max_bytes),
        several_members_(format == Format::kGzip) {
    constexpr int kGzipOnly = 16;
    ready_ = inflateInit2(&stream_, MAX_WBITS + (several_members_ ? kGzipOnly : 0)) == Z_OK;
  }
  ZlibDecoder(const ZlibDecoder&) = delete;
  ZlibDecoder& operator=(const ZlibDecoder&) = delete;
  ~ZlibDecoder() override { inflateEnd(&stream_); }

 private:
  std::size_t Decode(std::string_view* input, char* buffer, std::size_t size) override {
    if (!ready_) {
      OutOfMemory();
      return 0;
    }
    if (ended_) {
      if (input->empty()) return 0;
      if (!BeginNextMember()) {
        Malformed("data follows its end");
        return 0;
      }
    }
    // zlib does not write to its input, whatever the type of the pointer.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input->data()));  // NOLINT
    stream_.avail_in = static_cast<uInt>(input->size());
    stream_.next_out = reinterpret_cast<Bytef*>(buffer);  // NOLINT
    stream_.avail_out = static_cast<uInt>(size);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    input->remove_prefix(input->size() - stream_.avail_in);
    if (status == Z_STREAM_END) {
      ended_ = true;
    } else if (status == Z_MEM_ERROR) {
      OutOfMemory();
    } else if (status != Z_OK && status != Z_BUF_ERROR) {  // Z_BUF_ERROR: there was nothing to do
      ReportDamage();
    }
    return size - stream_.avail_out;
  }
  bool Ended() const override { return ended_; }

  bool BeginNextMember() {
    if (!several_members_ || inflateReset(&stream_) != Z_OK) return false;
    ended_ = false;
    behind_first_ = true;
    return true;
  }

  void ReportDamage() {
    const std::string_view fault = stream_.msg == nullptr ? "it is damaged" : stream_.msg;
    if (fault != "incorrect header check") return Malformed(fault);
    if (behind_first_) return Malformed("data that is not a gzip member follows its end");
    if (several_members_) return Malformed("it does not begin like gzip (RFC 1952)");
    Malformed("it is not in zlib's format (RFC 1950), the meaning of deflate in HTTP");
  }

  const bool several_members_;
  z_stream stream_{};
  bool ready_ = false;
  bool ended_ = false;  // between a complete member and following bytes
  bool behind_first_ = false;
};

// One or more frames (RFC 8878). Older formats, which the library may support, are refused because
// their window is unbounded.
class ZstdDecoder final : public BodyDecoder {
 public:
  explicit ZstdDecoder(std::size_t max_bytes)
      : BodyDecoder("zstd", max_bytes), stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    constexpr int kWindowLogOfHttp = 23;  // RFC 9659: 8 MiB
    ready_ = stream_ != nullptr && ZSTD_isError(ZSTD_DCtx_setParameter(
                                       stream_.get(), ZSTD_d_windowLogMax, kWindowLogOfHttp)) == 0;
  }

 private:
  std::size_t Decode(std::string_view* input, char* buffer, std::size_t size) override {
    if (!ready_) {
      OutOfMemory();
      return 0;
    }
    // If asked for more at the end of a frame, the library would wait for the next.
    if (ended_ && input->empty()) return 0;
    if (!CheckMagic(*input)) {
      Malformed("it does not begin with a zstd frame (RFC 8878)");
      return 0;
    }
    ZSTD_inBuffer in{input->data(), input->size(), 0};
    ZSTD_outBuffer out{buffer, size, 0};
    const std::size_t status = ZSTD_decompressStream(stream_.get(), &out, &in);
    input->remove_prefix(in.pos);
    ended_ = status == 0;
    if (ended_) magic_bytes_ = 0;
    if (ZSTD_isError(status) != 0) Report(status);
    return out.pos;
  }
  bool Ended() const override { return ended_; }

  // Checks those of a frame's first four bytes that are at the front of `input`.
  bool CheckMagic(std::string_view input) {
    constexpr std::string_view kFrame = "\x28\xB5\x2F\xFD";
    constexpr std::string_view kSkippable = "\x50\x2A\x4D\x18";  // the first byte up to 5F
    for (; magic_bytes_ < kFrame.size() && !input.empty(); input.remove_prefix(1)) {
      char byte = input.front();
      if (magic_bytes_ == 0) {
        skippable_ = byte != kFrame[0];
        if (skippable_) byte = static_cast<char>(static_cast<unsigned char>(byte) & 0xF0U);
      }
      if (byte != (skippable_ ? kSkippable : kFrame)[magic_bytes_++]) return false;
    }
    return true;
  }

  void Report(std::size_t status) {
    switch (ZSTD_getErrorCode(status)) {
      case ZSTD_error_memory_allocation:
        return OutOfMemory();
      case ZSTD_error_frameParameter_windowTooLarge:
        return Malformed("its window is larger than the 8 MiB that HTTP allows (RFC 9659)");
      default:
        return Malformed(ZSTD_getErrorName(status));
    }
  }

  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
  bool ready_ = false;
  bool ended_ = false;
  std::size_t magic_bytes_ = 0;  // of the frame, seen so far
  bool skippable_ = false;
};

}  // namespace

std::optional<ContentCoding> ContentCodingOf(const RequestHead& head) {
  std::optional<ContentCoding> coding;
  for (const HeaderField& field : head.fields) {
    if (!EqualsIgnoreCase(field.name, "Content-Encoding")) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view name = Trim(rest.substr(0, comma));
      rest.remove_prefix(std::min(comma + 1, rest.size()));
      if (name.empty()) continue;  // RFC 9110, 5.6.1: empty elements of a list are ignored
      if (coding) return std::nullopt;
      coding = CodingNamed(name);
      if (!coding) return std::nullopt;
    }
  }
  return coding.value_or(ContentCoding::kIdentity);
}

std::unique_ptr<BodyDecoder> MakeBodyDecoder(ContentCoding coding, std::size_t max_bytes) {
  switch (coding) {
    case ContentCoding::kIdentity:
      return nullptr;
    case ContentCoding::kGzip:
      return std::make_unique<ZlibDecoder>(ZlibDecoder::Format::kGzip, max_bytes);
    case ContentCoding::kDeflate:
      return std::make_unique<ZlibDecoder>(ZlibDecoder::Format::kZlib, max_bytes);
    case ContentCoding::kZstd:
      return std::make_unique<ZstdDecoder>(max_bytes);
  }
  return nullptr;
}

BodyDecoder::Status BodyDecoder::Feed(std::string_view* input, std::string* out) {
  std::array<char, kBufferBytes> buffer;  // NOLINT: filled before it is read
  for (std::size_t step = 0; step + buffer.size() <= kStepBytes;) {
    const std::size_t before = input->size();
    const std::size_t produced = Decode(input, buffer.data(), buffer.size());
    bytes_in_ += before - input->size();
    bytes_out_ += produced;
    if (failed_ || !WithinBounds()) return Status::kFailed;
    out->append(buffer.data(), produced);
    step += produced;
    // A full buffer may have left output in the decoder.
    if (produced < buffer.size() && input->empty()) return Status::kNeedMore;
  }
  return Status::kMore;
}

bool BodyDecoder::Finish() {
  if (!Ended()) Malformed("it is incomplete");
  return !failed_;
}

bool BodyDecoder::WithinBounds() {
  if (bytes_out_ > max_bytes_) {
    Fail(Exceeds(RequestError::Kind::kDecodedTooLarge, max_bytes_));
  } else if (bytes_out_ > kFreeBytes && bytes_out_ / kMaxRatio > bytes_in_) {
    Fail(Exceeds(RequestError::Kind::kExpandsTooMuch, kMaxRatio));
  }
  return !failed_;
}

void BodyDecoder::Malformed(std::string_view why) {
  RequestError error{RequestError::Kind::kUndecodable, std::string(why)};
  error.coding = name_;
  Fail(std::move(error));
}

void BodyDecoder::OutOfMemory() { Fail({RequestError::Kind::kNoMemory}); }

void BodyDecoder::Fail(RequestError error) {
  failed_ = true;
  error_ = std::move(error);
}

}  // namespace gateway::http
