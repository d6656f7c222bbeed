// Turns the bytes of one connection into requests, one after the other: frames them, asks the
// handler for a verdict on each head, collects the body or passes it to its reader, and passes the
// complete request to the handler. Returns what the connection must do next; does no I/O itself.
// Owned by one Connection; one thread.
#ifndef GATEWAY_API_HTTP_NET_REQUEST_INTAKE_H_
#define GATEWAY_API_HTTP_NET_REQUEST_INTAKE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "api/http/h1/framer.h"
#include "api/http/handler.h"
#include "api/http/net/loop_context.h"

namespace gateway::http {

class RequestIntake final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Event : std::uint8_t {
    kNeedInput,  // all input is consumed
    kTurnOver,   // there is more to do, but in the connection's next turn
    kContinue,   // the client waits for 100 Continue
    kAnswer,     // TakeAnswer() is due; the rest of the body is discarded
    kWait,       // for a verdict (Decide) or for the body's reader (Resume)
    kComplete,   // Dispatch is due
    kDiscarded,  // a request that was answered early has come to its end
    kRefused,    // the connection closes, with TakeAnswer() unless it has answered early
  };

  RequestIntake(LoopContext& loop, std::uint64_t connection, const Peer& peer);

  // A turn of the connection begins.
  void BeginTurn() { decoded_ = 0; }
  // Consumes from the front of `*input` up to the next event.
  Event Next(std::string_view* input);
  // True if Next may return another event without further input.
  bool HasMore() const { return !framer_.wants_input(); }
  // True if the connection has used up its turn.
  bool turn_over() const { return decoded_ >= loop_.limits.turn.decoded_bytes; }

  // Applies the postponed verdict on the current head and returns the event that follows. If no
  // verdict is expected, returns nothing and does not call `decision`. `nothing_follows`: no bytes
  // after the head have been read.
  std::optional<Event> Decide(const VerdictHandle::Decision& decision, bool nothing_follows);
  // Ends the pause of the body's reader. Returns false if it does not pause.
  bool Resume();
  // Ends the current request with an error.
  void Refuse(const RequestError& error);
  // Like Refuse, with the error for the deadline that has passed.
  void RefuseTooSlow();
  // Passes the complete request to the handler, which may answer it at once.
  void Dispatch();
  // Absent if the request was answered early.
  std::optional<Response> TakeAnswer() { return std::exchange(answer_, std::nullopt); }
  // Prepares for the next request; its deadlines run from now.
  void StartWaiting();

  // Null before a head is complete.
  const RequestHead* head() const { return framer_.head_complete() ? &framer_.head() : nullptr; }
  std::uint64_t sequence() const { return sequence_; }  // of the current request; 0: none yet
  bool started() const { return framer_.started(); }
  TimePoint waiting_since() const { return waiting_since_; }
  // When the client must have sent the next part, or the handler a postponed verdict.
  TimePoint deadline() const;

 private:
  // Why Next waits.
  enum class Pause : std::uint8_t { kNone, kVerdict, kReader };

  // Absent: go on.
  std::optional<Event> OnHead(bool nothing_follows);
  std::optional<Event> Apply(HeadVerdict verdict, bool nothing_follows);
  std::optional<Event> OnBody();
  std::optional<Event> HandPieceOver();
  Event AnswerEarly(Response answer);
  RequestId Id() const { return {connection_, sequence_}; }

  LoopContext& loop_;
  const std::uint64_t connection_;
  const Peer& peer_;
  RequestFramer framer_;
  std::uint64_t sequence_ = 0;
  Pause pause_ = Pause::kNone;
  bool answered_early_ = false;  // the body is being discarded
  std::optional<Response> answer_;
  std::shared_ptr<RequestState> state_;
  std::shared_ptr<BodyReader> reader_;
  std::size_t handed_over_ = 0;  // of the body, decoded, to the reader
  std::size_t held_ = 0;         // of the body, decoded, after the last event
  std::size_t decoded_ = 0;      // in this turn

  TimePoint waiting_since_;  // for the first byte of a head
  TimePoint head_since_;
  TimePoint body_since_;
  TimePoint paused_since_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_REQUEST_INTAKE_H_
