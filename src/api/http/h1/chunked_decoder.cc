#include "api/http/h1/chunked_decoder.h"

#include <algorithm>

#include "api/http/h1/token.h"
#include "api/http/message.h"

namespace gateway::http {
namespace {

constexpr int kMaxSizeDigits = 15;  // 60 bits: no chunk size overflows
// Bytes kept of a trailer's name: one more than the longest forbidden name has.
constexpr std::size_t kTrailerNameKept = std::string_view("transfer-encoding").size() + 1;

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Fields that define framing or routing must not be trailers (RFC 9110, 6.5.1): some servers and
// proxies would still evaluate them.
bool IsForbiddenTrailer(std::string_view name) {
  for (const std::string_view forbidden :
       {"connection", "content-length", "host", "transfer-encoding"}) {
    if (EqualsIgnoreCase(name, forbidden)) return true;
  }
  return false;
}

bool IsControl(char c) {
  const auto u = static_cast<unsigned char>(c);
  return (u < 0x20 && c != '\t') || u == 0x7F;
}

}  // namespace

ChunkedDecoder::Status ChunkedDecoder::Fail(std::string_view error) {
  error_ = error;
  return Status::kMalformed;
}

ChunkedDecoder::Status ChunkedDecoder::GoTo(State state) {
  state_ = state;
  return Status::kNeedMore;
}

void ChunkedDecoder::Reset() {
  state_ = State::kSize;
  remaining_ = 0;
  digits_ = 0;
  line_bytes_ = 0;
}

ChunkedDecoder::Status ChunkedDecoder::Feed(std::string_view* input) {
  while (!input->empty()) {
    if (state_ == State::kDone) return Status::kDone;
    if (state_ == State::kData) {
      const std::size_t take =
          static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input->size()));
      data_ = input->substr(0, take);
      input->remove_prefix(take);
      remaining_ -= take;
      if (remaining_ == 0) state_ = State::kDataCr;
      return Status::kData;
    }
    const char c = input->front();
    input->remove_prefix(1);
    if (const Status status = StepLine(c); status != Status::kNeedMore) return status;
  }
  return Status::kNeedMore;
}

// One byte of the framing around the data.
ChunkedDecoder::Status ChunkedDecoder::StepLine(char c) {
  switch (state_) {
    case State::kSize:
      return StepSize(c);
    case State::kExtension:
      return StepExtension(c);
    case State::kSizeLf:
      if (c != '\n') return Fail("A chunk size line must end with CRLF.");
      digits_ = 0;
      line_bytes_ = 0;
      return GoTo(remaining_ == 0 ? State::kTrailerStart : State::kData);
    case State::kDataCr:
      if (c != '\r') return Fail("A chunk is longer than its size says.");
      return GoTo(State::kDataLf);
    case State::kDataLf:
      if (c != '\n') return Fail("A chunk must end with CRLF.");
      return GoTo(State::kSize);
    case State::kTrailerStart:
      if (c == '\r') return GoTo(State::kEndLf);
      if (c == ':') return Fail("A trailer field has no name.");
      mark_seen_ = false;
      trailer_name_.clear();
      state_ = State::kTrailer;
      return StepTrailer(c);
    case State::kTrailer:
      return StepTrailer(c);
    case State::kTrailerLf:
      if (c != '\n') return Fail("A trailer line must end with CRLF.");
      return GoTo(State::kTrailerStart);
    case State::kEndLf:
      if (c != '\n') return Fail("The body must end with CRLF.");
      state_ = State::kDone;
      return Status::kDone;
    case State::kData:
    case State::kDone:
      break;
  }
  return Fail("The chunked body is malformed.");
}

ChunkedDecoder::Status ChunkedDecoder::StepSize(char c) {
  if (const int value = HexValue(c); value >= 0) {
    if (++digits_ > kMaxSizeDigits) return Fail("A chunk size is too large.");
    remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(value);
    return Status::kNeedMore;
  }
  if (digits_ == 0) return Fail("A chunk must begin with its size in hexadecimal digits.");
  if (c == '\r') return GoTo(State::kSizeLf);
  // RFC 9112, 7.1.1: BWS may precede the ";" of an extension, so only that may follow a blank.
  if (c != ';' && c != ' ' && c != '\t') {
    return Fail("A chunk size has a character that is not a hexadecimal digit.");
  }
  mark_seen_ = c == ';';
  return GoTo(State::kExtension);
}

ChunkedDecoder::Status ChunkedDecoder::StepExtension(char c) {
  if (++line_bytes_ > max_line_bytes_) return Status::kTooLarge;
  if (c == '\r') {
    if (!mark_seen_) return Fail("A chunk size is followed by white space.");
    return GoTo(State::kSizeLf);
  }
  if (!mark_seen_ && c == ';') mark_seen_ = true;
  if (!mark_seen_ && c != ' ' && c != '\t') return Fail("A chunk size is malformed.");
  if (IsControl(c)) return Fail("A chunk extension has a control character.");
  return Status::kNeedMore;
}

ChunkedDecoder::Status ChunkedDecoder::StepTrailer(char c) {
  if (++line_bytes_ > max_line_bytes_) return Status::kTooLarge;
  if (c == '\r') {
    if (!mark_seen_) return Fail("A trailer line has no colon.");
    return GoTo(State::kTrailerLf);
  }
  if (IsControl(c)) return Fail("A trailer field has a control character.");
  if (mark_seen_) return Status::kNeedMore;
  if (c == ':') {
    mark_seen_ = true;
    if (IsForbiddenTrailer(trailer_name_)) {
      return Fail("A trailer field must not affect the framing or routing of the request.");
    }
    return Status::kNeedMore;
  }
  if (!IsTokenChar(c)) {
    return Fail("A trailer name has a character that is not allowed, such as white space.");
  }
  if (trailer_name_.size() < kTrailerNameKept) trailer_name_.push_back(c);
  return Status::kNeedMore;
}

}  // namespace gateway::http
