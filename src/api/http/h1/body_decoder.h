// Decodes the Content-Encoding of one request body (RFC 9110, 8.4.1: gzip and deflate; RFC 8878 and
// 9659: zstd) as its bytes arrive, in steps of bounded size, and limits the output, because a few
// kilobytes can decode to gigabytes. Created by the RequestFramer at the first byte of a coded
// body, destroyed after its last; one thread.
#ifndef GATEWAY_API_HTTP_H1_BODY_DECODER_H_
#define GATEWAY_API_HTTP_H1_BODY_DECODER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/message.h"
#include "api/http/request_error.h"

namespace gateway::http {

// The names of the supported codings, for Accept-Encoding.
inline constexpr std::string_view kAcceptedCodings = "gzip, zstd, deflate";

// The coding named by the Content-Encoding fields of `head`; kIdentity if there is none. Absent if
// it is unknown, or there are several.
std::optional<ContentCoding> ContentCodingOf(const RequestHead& head);

class BodyDecoder {
 public:
  enum class Status : std::uint8_t {
    kNeedMore,  // all input is consumed and decoded
    kMore,      // a step is done, and there may be more output: call again
    kFailed,    // see error()
  };

  virtual ~BodyDecoder() = default;

  // Consumes bytes from the front of `*input` and appends the decoded ones, at most kStepBytes, to
  // `*out`. Do not call again after kFailed.
  Status Feed(std::string_view* input, std::string* out);
  // The input has ended. False if the body is incomplete; see error().
  bool Finish();

  const RequestError& error() const { return error_; }

  // Limits the time of one step.
  static constexpr std::size_t kStepBytes = std::size_t{256} * 1024;
  // Above this ratio of output to input, and after kFreeBytes of output, a body counts as a
  // decompression bomb. Checked between two steps, so close to the limit the result may depend on
  // how the body arrives.
  static constexpr std::size_t kMaxRatio = 100;
  static constexpr std::size_t kFreeBytes = std::size_t{1024} * 1024;

 protected:
  BodyDecoder(std::string_view name, std::size_t max_bytes) : name_(name), max_bytes_(max_bytes) {}

  // Fails the body as invalid data of its coding, because of `why`.
  void Malformed(std::string_view why);
  void OutOfMemory();

 private:
  // Decodes from the front of `*input` into `buffer` until one of them is exhausted; returns the
  // bytes written. Reports errors with Malformed or OutOfMemory.
  virtual std::size_t Decode(std::string_view* input, char* buffer, std::size_t size) = 0;
  // True after a complete stream, member or frame.
  virtual bool Ended() const = 0;

  bool WithinBounds();
  void Fail(RequestError error);

  const std::string_view name_;
  const std::size_t max_bytes_;
  std::size_t bytes_in_ = 0;
  std::size_t bytes_out_ = 0;
  bool failed_ = false;
  RequestError error_;
};

// Null for kIdentity. A body that has more than `max_bytes` once decoded is refused.
std::unique_ptr<BodyDecoder> MakeBodyDecoder(ContentCoding coding, std::size_t max_bytes);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_BODY_DECODER_H_
