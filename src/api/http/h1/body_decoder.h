// Undoes the Content-Encoding of one request body (RFC 9110, 8.4.1: gzip and deflate; RFC 8878 and
// 9659: zstd) as its bytes arrive, in steps of bounded size, and within bounds on what comes out: a
// few kilobytes can stand for gigabytes. Made by the RequestFramer at the first byte of a coded
// body, gone with its last; one thread.
#ifndef GATEWAY_API_HTTP_H1_BODY_DECODER_H_
#define GATEWAY_API_HTTP_H1_BODY_DECODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/h1/head_parser.h"
#include "api/http/message.h"

namespace gateway::http {

// What the codings that can be decoded are called, for Accept-Encoding.
inline constexpr std::string_view kAcceptedCodings = "gzip, zstd, deflate";

// The one coding that the Content-Encoding fields of `head` name; kIdentity if they name none.
// Absent if they name an unknown one or several.
std::optional<ContentCoding> ContentCodingOf(const RequestHead& head);

class BodyDecoder {
 public:
  enum class Status : std::uint8_t {
    kNeedMore,  // all of the input is used, and all that it stands for is out
    kMore,      // a step is done, and there may be more to come out: call again
    kFailed,    // see error()
  };

  virtual ~BodyDecoder() = default;

  // Uses up bytes from the front of `*input` and appends what they stand for, at most kStepBytes,
  // to `*out`. After kFailed nothing may follow.
  Status Feed(std::string_view* input, std::string* out);
  // No bytes will follow. False if the body ends in the middle; see error().
  bool Finish();

  const FramingError& error() const { return error_; }

  // Bounds the time that one step takes.
  static constexpr std::size_t kStepBytes = std::size_t{256} * 1024;
  // More than this many bytes out for one byte in is taken for a bomb, once kFreeBytes are out.
  // Looked at between two steps, so how a body arrives may decide when it is at the very bound.
  static constexpr std::size_t kMaxRatio = 100;
  static constexpr std::size_t kFreeBytes = std::size_t{1024} * 1024;

 protected:
  BodyDecoder(std::string_view name, std::size_t max_bytes) : name_(name), max_bytes_(max_bytes) {}

  // Fails the body: it is not what its coding says, because of `why`.
  void Malformed(std::string_view why);
  void OutOfMemory();

 private:
  // Decodes from the front of `*input` into `buffer` until one of them is at its end; the bytes
  // written. Reports what is wrong with Malformed or OutOfMemory.
  virtual std::size_t Decode(std::string_view* input, char* buffer, std::size_t size) = 0;
  // True between a complete stream, member or frame and anything behind it.
  virtual bool Ended() const = 0;

  bool WithinBounds();
  void Fail(ProblemType type, std::string detail);

  const std::string_view name_;
  const std::size_t max_bytes_;
  std::size_t bytes_in_ = 0;
  std::size_t bytes_out_ = 0;
  bool failed_ = false;
  FramingError error_;
};

// Null for kIdentity. `max_bytes`: Http:MaxDecompressedBytes.
std::unique_ptr<BodyDecoder> MakeBodyDecoder(ContentCoding coding, std::size_t max_bytes);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_BODY_DECODER_H_
