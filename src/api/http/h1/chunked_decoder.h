// Decodes a chunked body (RFC 9112, 7.1), however its bytes are split. Extensions and trailers are
// checked for form and dropped. Owned by a RequestFramer; one thread.
#ifndef GATEWAY_API_HTTP_H1_CHUNKED_DECODER_H_
#define GATEWAY_API_HTTP_H1_CHUNKED_DECODER_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace gateway::http {

class ChunkedDecoder final {
 public:
  enum class Status : std::uint8_t {
    kNeedMore,   // all of the input is consumed
    kData,       // `data()` is the next piece of the body
    kDone,       // the last chunk and the trailers are consumed
    kMalformed,  // see error()
    kTooLarge,   // an extension line or the trailers are longer than the limit
  };

  // `max_line_bytes` bounds one chunk-size line and all trailers together.
  explicit ChunkedDecoder(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  // Consumes from the front of `*input` up to the next event. Data points into the input.
  Status Feed(std::string_view* input);

  std::string_view data() const { return data_; }
  std::string_view error() const { return error_; }
  // Remaining bytes of the current chunk, once its size line is complete.
  std::uint64_t promised() const { return state_ == State::kData ? remaining_ : 0; }
  void Reset();

 private:
  enum class State : std::uint8_t {
    kSize,       // hexadecimal digits
    kExtension,  // after the size, up to CR
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailerStart,  // first byte of a trailer line, or CR of the empty line
    kTrailer,
    kTrailerLf,
    kEndLf,
    kDone,
  };

  Status StepLine(char c);
  Status StepSize(char c);
  Status StepExtension(char c);
  Status StepTrailer(char c);
  Status GoTo(State state);
  Status Fail(std::string_view error);

  const std::size_t max_line_bytes_;
  State state_ = State::kSize;
  std::uint64_t remaining_ = 0;  // of the current chunk
  int digits_ = 0;
  std::size_t line_bytes_ = 0;
  bool mark_seen_ = false;    // the ";" of an extension, the ":" of a trailer
  std::string trailer_name_;  // its first bytes
  std::string_view data_;
  std::string_view error_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_CHUNKED_DECODER_H_
