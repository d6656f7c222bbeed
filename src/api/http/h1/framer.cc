#include "api/http/h1/framer.h"

#include <algorithm>
#include <utility>

#include "api/http/h1/token.h"

namespace gateway::http {
namespace {

using Kind = RequestError::Kind;

// Memory reserved at once for a body of known length. More is reserved only as bytes arrive, so
// that a Content-Length alone costs no memory.
constexpr std::size_t kFirstReserve = std::size_t{64} * 1024;
// Maximum length of a request line without its target: method, two spaces, version, CRLF.
constexpr std::size_t kRequestLineRest = 40;
// Maximum number of empty lines before a request; servers should ignore at least one (RFC 9112,
// 2.2). A client that sends only empty lines would otherwise meet neither the idle nor the head
// timeout.
constexpr int kMaxEmptyLines = 8;
// A block of up to this size is kept for the next head; a larger one is freed.
constexpr std::size_t kKeptBlock = 1024;
// Coded bytes consumed at a time; they are kept while the decoder produces their output.
constexpr std::size_t kCodedPiece = std::size_t{16} * 1024;

// True if a line of a head can begin with this byte: other protocols (such as a TLS hello) are
// detected at once. LF has a separate error.
bool MayBeginLine(char c) { return IsTokenChar(c) || c == '\r' || c == '\n'; }

}  // namespace

RequestFramer::RequestFramer(const FramerLimits& limits)
    : limits_(limits), chunked_(limits.head.max_head_bytes) {}

RequestFramer::Event RequestFramer::Feed(std::string_view* input) {
  const Event event = Step(input);
  wants_input_ = event == Event::kNeedMore;
  return event;
}

RequestFramer::Event RequestFramer::Step(std::string_view* input) {
  switch (phase_) {
    case Phase::kHead:
      return FeedHead(input);
    case Phase::kBody:
      if (decode_more_) return Decode({});
      return head_.chunked ? FeedChunked(input) : FeedLength(input);
    case Phase::kComplete:
      break;
  }
  return Event::kComplete;
}

RequestFramer::Event RequestFramer::Fail(RequestError error) {
  error_ = std::move(error);
  return Event::kError;
}

RequestFramer::Event RequestFramer::FeedHead(std::string_view* input) {
  const HeadLimits& limits = limits_.head;
  while (!input->empty()) {
    if (block_.empty() && !MayBeginLine(input->front())) {
      return Fail(Malformed(
          "The first byte is not that of an HTTP request. This port does not accept TLS."));
    }
    const std::size_t lf = input->find('\n');
    const std::size_t take = lf == std::string_view::npos ? input->size() : lf + 1;
    // One byte more than allowed: enough to be refused below.
    block_.append(input->substr(0, std::min(take, limits.max_head_bytes + 3)));
    input->remove_prefix(take);
    const bool in_request_line = line_start_ == 0;
    const std::size_t line_bytes = block_.size() - line_start_;
    if (in_request_line && line_bytes > limits.max_target_bytes + kRequestLineRest) {
      return Fail(Exceeds(Kind::kRequestLineTooLong, limits.max_target_bytes));
    }
    if (block_.size() > limits.max_head_bytes + 2) {
      return Fail(Exceeds(Kind::kHeadTooLarge, limits.max_head_bytes));
    }
    if (lf == std::string_view::npos) return Event::kNeedMore;
    if (line_bytes < 2 || block_[block_.size() - 2] != '\r') {
      return Fail(Malformed("A line of the head ends with LF alone; it must be CRLF."));
    }
    if (line_bytes == 2) {
      block_.resize(line_start_);
      if (in_request_line) {
        if (++empty_lines_ <= kMaxEmptyLines) continue;
        return Fail(Malformed("There are too many empty lines before a request."));
      }
      return HeadComplete();
    }
    line_start_ = block_.size();
  }
  return Event::kNeedMore;
}

RequestFramer::Event RequestFramer::HeadComplete() {
  if (auto error = ParseHead(block_, limits_.head, &head_)) return Fail(std::move(*error));
  phase_ = Phase::kBody;
  remaining_ = head_.content_length.value_or(0);
  if (remaining_ > limits_.max_body_bytes) {
    return Fail(Exceeds(Kind::kBodyTooLarge, limits_.max_body_bytes, remaining_));
  }
  return Event::kHead;
}

RequestFramer::Event RequestFramer::FeedLength(std::string_view* input) {
  if (remaining_ == 0) return Complete();
  if (input->empty()) return Event::kNeedMore;
  if (body_bytes_ == 0 && !discard_ && !coded()) {
    body_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, kFirstReserve)));
  }
  const std::size_t take =
      static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, Piece(*input).size()));
  const Event event = AppendBody(input->substr(0, take));
  input->remove_prefix(take);
  remaining_ -= take;
  return event;
}

RequestFramer::Event RequestFramer::FeedChunked(std::string_view* input) {
  ChunkedDecoder::Status status = ChunkedDecoder::Status::kNeedMore;
  while (status == ChunkedDecoder::Status::kNeedMore && !input->empty()) {
    std::string_view piece = Piece(*input);
    const std::size_t offered = piece.size();
    status = chunked_.Feed(&piece);
    input->remove_prefix(offered - piece.size());
  }
  switch (status) {
    case ChunkedDecoder::Status::kNeedMore:
    case ChunkedDecoder::Status::kData: {
      // A chunk is refused because of its size, even if some of its bytes have arrived already.
      const bool has_data = status == ChunkedDecoder::Status::kData;
      const std::uint64_t here = has_data ? chunked_.data().size() : 0;
      if (here + chunked_.promised() > limits_.max_body_bytes - body_bytes_) return FailBodySize();
      return has_data ? AppendBody(chunked_.data()) : Event::kNeedMore;
    }
    case ChunkedDecoder::Status::kDone:
      return Complete();
    case ChunkedDecoder::Status::kTooLarge:
      return Fail(Exceeds(Kind::kTrailersTooLarge, limits_.head.max_head_bytes));
    case ChunkedDecoder::Status::kMalformed:
      break;
  }
  return Fail(Malformed(std::string(chunked_.error())));
}

RequestFramer::Event RequestFramer::FailBodySize() {
  return Fail(Exceeds(Kind::kBodyTooLarge, limits_.max_body_bytes));
}

RequestFramer::Event RequestFramer::AppendBody(std::string_view bytes) {
  if (bytes.size() > limits_.max_body_bytes - body_bytes_) return FailBodySize();
  body_bytes_ += bytes.size();
  if (discard_) return Event::kBodyData;
  if (coded()) return Decode(bytes);
  body_.append(bytes);
  return Event::kBodyData;
}

std::string_view RequestFramer::Piece(std::string_view input) const {
  return coded() ? input.substr(0, kCodedPiece) : input;
}

// One step of the decoder. `bytes` have just been consumed; they are empty while it still decodes
// earlier ones.
RequestFramer::Event RequestFramer::Decode(std::string_view bytes) {
  if (!decoder_) decoder_ = MakeBodyDecoder(coding_, limits_.max_decoded_bytes);
  std::string_view coded = decode_more_ ? std::string_view(undecoded_) : bytes;
  const BodyDecoder::Status status = decoder_->Feed(&coded, &body_);
  if (status == BodyDecoder::Status::kFailed) return Fail(decoder_->error());
  decode_more_ = status == BodyDecoder::Status::kMore;
  std::string(coded).swap(undecoded_);  // an assignment would keep the capacity
  return Event::kBodyData;
}

RequestFramer::Event RequestFramer::Complete() {
  if (!discard_ && coded()) {
    if (!decoder_) decoder_ = MakeBodyDecoder(coding_, limits_.max_decoded_bytes);
    if (!decoder_->Finish()) return Fail(decoder_->error());
    DropDecoder();
  }
  phase_ = Phase::kComplete;
  return Event::kComplete;
}

void RequestFramer::DropDecoder() {
  decoder_.reset();
  decode_more_ = false;
  std::string().swap(undecoded_);
}

void RequestFramer::DiscardBody() {
  discard_ = true;
  std::string().swap(body_);
  DropDecoder();
}

std::string RequestFramer::TakeBody() { return std::exchange(body_, {}); }

void RequestFramer::Reset() {
  phase_ = Phase::kHead;
  wants_input_ = true;
  discard_ = false;
  block_.clear();
  if (block_.capacity() > kKeptBlock) block_.shrink_to_fit();
  line_start_ = 0;
  empty_lines_ = 0;
  remaining_ = 0;
  body_bytes_ = 0;
  chunked_.Reset();
  body_.clear();
  coding_ = ContentCoding::kIdentity;
  DropDecoder();
}

}  // namespace gateway::http
