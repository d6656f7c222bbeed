// Fuzzes the framing of requests: heads, lengths, chunks, coded bodies. The first byte seeds how
// the rest is split. The fuzzer checks:
//   - split at random places, the bytes give the same requests, bodies and verdict as in one piece;
//   - accepted requests are within the limits;
//   - kNeedMore means that all of the input is consumed; malformed input is refused with a
//     reason.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/h1/framer.h"
#include "support/cpp/fuzzing.h"

namespace gateway::http {
namespace {

using testing::Require;
using Event = RequestFramer::Event;
using Kind = RequestError::Kind;

FramerLimits Limits() {
  FramerLimits limits;
  limits.head = {.max_target_bytes = 200, .max_head_bytes = 1'000, .max_fields = 20};
  limits.max_body_bytes = 5'000;
  limits.max_decoded_bytes = 2'000'000;
  return limits;
}

// The requests and errors that a connection would see in these pieces, one line for each.
class Reader final {
 public:
  void Feed(std::string_view input) {
    while (!failed_) {
      const Event event = framer_.Feed(&input);
      if (event == Event::kNeedMore) return Require(input.empty() && framer_.wants_input());
      if (event == Event::kHead) OnHead();
      if (event == Event::kComplete) OnComplete();
      if (event == Event::kError) OnError();
      Require(framer_.body_bytes() <= limits_.max_body_bytes);
      Require(framer_.held_bytes() <= limits_.max_decoded_bytes);
    }
  }
  const std::string& log() const { return log_; }

 private:
  void OnHead() {
    const RequestHead& head = framer_.head();
    log_.append(head.method_name).append(" ").append(head.path).append("?").append(head.query);
    for (const HeaderField& field : head.fields) {
      log_.append("\n").append(field.name).append(":").append(field.value);
    }
    Require(head.fields.size() <= limits_.head.max_fields);
    Require(!(head.chunked && head.content_length));
    const auto coding = ContentCodingOf(head);
    if (!coding) {
      framer_.DiscardBody();
    } else if (head.HasBody()) {
      framer_.DecodeBody(*coding);
    }
  }
  void OnComplete() {
    const std::string body = framer_.TakeBody();
    log_.append("\n").append(body).append("\n");
    framer_.Reset();
    Require(!framer_.started());
  }
  void OnError() {
    auto kind = framer_.error().kind;
    Require((kind == Kind::kMalformed) <= !framer_.error().reason.empty());
    // The bound that a body exceeds first depends on how the body arrives.
    if (kind == Kind::kExpandsTooMuch) kind = Kind::kDecodedTooLarge;
    log_.append("\nerror ").append(std::to_string(static_cast<int>(kind)));
    failed_ = true;
  }

  const FramerLimits limits_ = Limits();
  RequestFramer framer_{limits_};
  std::string log_;
  bool failed_ = false;
};

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string input(data + 1, data + size);
  gateway::http::Reader whole;
  whole.Feed(input);
  gateway::http::Reader pieces;
  std::uint32_t state = data[0];
  for (std::string_view rest = input; !rest.empty();) {
    state = state * 1'664'525 + 1'013'904'223;
    const std::string piece(rest.substr(0, 1 + (state >> 24U) % 23));  // a copy, for the sanitizer
    pieces.Feed(piece);
    rest.remove_prefix(piece.size());
  }
  gateway::http::Require(whole.log() == pieces.log());
  return 0;
}
