// The only place that decides what a complete, well-formed request is (RFC 9112): consumes bytes as
// they arrive, however they are split, and reports when a head or a body is complete, or why it is
// refused. Does no I/O and uses no clock. Owned by one connection; one thread.
//
//   while (event = framer.Feed(&input)):  kNeedMore  -> all input is consumed, read more; only now
//                                                      may the caller wait for the client
//                                         kHead      -> framer.head(); decide, then Feed on
//                                         kBodyData  -> the body has grown (framer.held_bytes())
//                                         kComplete  -> framer.TakeBody(); handle; framer.Reset()
//                                         kError     -> framer.error(); answer and close
#ifndef GATEWAY_API_HTTP_H1_FRAMER_H_
#define GATEWAY_API_HTTP_H1_FRAMER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/h1/body_decoder.h"
#include "api/http/h1/chunked_decoder.h"
#include "api/http/h1/head_parser.h"
#include "api/http/message.h"

namespace gateway::http {

struct FramerLimits {
  HeadLimits head;
  std::size_t max_body_bytes = 10'485'760;     // as sent
  std::size_t max_decoded_bytes = 33'554'432;  // once decoded, if it has a coding
};

class RequestFramer final {
 public:
  enum class Event : std::uint8_t { kNeedMore, kHead, kBodyData, kComplete, kError };

  explicit RequestFramer(const FramerLimits& limits);

  // Consumes from the front of `*input` up to the next event. After kComplete and kError only call
  // Reset. A caller that stops before kNeedMore must call again, even without input, because the
  // request may be complete already (see wants_input).
  Event Feed(std::string_view* input);

  // Valid from kHead until Reset.
  const RequestHead& head() const { return head_; }
  const RequestError& error() const { return error_; }
  // Bytes of the body so far as sent by the client, without chunk framing.
  std::size_t body_bytes() const { return body_bytes_; }
  // Bytes of the body in memory: the same unless the body is decoded or discarded.
  std::size_t held_bytes() const { return body_.size(); }
  // The bytes of the body in memory, for a caller that consumes them as they arrive. DropPiece
  // frees them.
  std::string_view piece() const { return body_; }
  void DropPiece() { body_.clear(); }
  bool coded() const { return coding_ != ContentCoding::kIdentity; }
  // False while Feed may report another event without further input, that is, until it has returned
  // kNeedMore. Do not wait for the client before.
  bool wants_input() const { return wants_input_; }
  // True once the first byte of a head has arrived.
  bool started() const { return !block_.empty() || phase_ != Phase::kHead; }

  // False while head() is not valid: before kHead.
  bool head_complete() const { return phase_ != Phase::kHead; }

  // Call directly after kHead: the body has this coding and is decoded.
  void DecodeBody(ContentCoding coding) { coding_ = coding; }
  // From now on the body is consumed but not kept, and its memory is freed: the request has been
  // answered already.
  void DiscardBody();
  std::string TakeBody();
  // Ready for the next request.
  void Reset();

 private:
  enum class Phase : std::uint8_t { kHead, kBody, kComplete };

  Event Step(std::string_view* input);
  Event FeedHead(std::string_view* input);
  Event FeedLength(std::string_view* input);
  Event FeedChunked(std::string_view* input);
  Event HeadComplete();
  Event Fail(RequestError error);
  Event FailBodySize();
  void DropDecoder();
  Event AppendBody(std::string_view bytes);
  Event Decode(std::string_view bytes);
  Event Complete();
  // The front of `input` that may be consumed at once.
  std::string_view Piece(std::string_view input) const;

  const FramerLimits& limits_;
  Phase phase_ = Phase::kHead;
  bool wants_input_ = true;
  bool discard_ = false;
  std::string block_;  // the head as received, without the empty line
  std::size_t line_start_ = 0;
  int empty_lines_ = 0;  // before the request line
  RequestHead head_;
  std::uint64_t remaining_ = 0;  // of a body with Content-Length
  std::size_t body_bytes_ = 0;
  ChunkedDecoder chunked_;
  std::string body_;
  ContentCoding coding_ = ContentCoding::kIdentity;
  std::unique_ptr<BodyDecoder> decoder_;  // from the first byte of a coded body to its last
  bool decode_more_ = false;
  std::string undecoded_;  // consumed, but not decoded yet
  RequestError error_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_H1_FRAMER_H_
