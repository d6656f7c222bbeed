// One client connection: reads requests, hands them to the HttpHandler one at a time, writes the
// answers in order, and enforces the deadlines. Owned by its IoLoop; all calls on that loop's
// thread. Answers find it by id, never by descriptor or pointer, so that an answer cannot reach
// another client.
//
// Requests of a connection are handled strictly one after the other: while one is being handled
// nothing more is read, so a pipelining client is answered in order and slowed by TCP flow control.
//
// A connection older than ConnectionLimits::max_age closes after its next answer, which announces
// that. If it is idle, only the idle timeout closes it, because an earlier close could meet a
// request on its way.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>

#include "api/http/net/answer_sender.h"
#include "api/http/net/connection_input.h"
#include "api/http/net/loop_context.h"
#include "api/http/net/request_intake.h"
#include "api/http/net/stream.h"
#include "api/http/peer.h"

namespace gateway::http {

class Connection final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint kNever = TimePoint::max();

  Connection(LoopContext& loop, std::unique_ptr<Stream> stream, std::uint64_t id, Peer peer);

  // Events. After each the owner checks closed() and deadline().
  void OnReadable();
  void OnWritable();
  void OnHangup();
  void OnCompletion(const CompletionQueue::Completion& completion);
  void OnDeadline();
  void OnDrain();
  // Answers `error` without reading anything and closes.
  void Refuse(const RequestError& error);
  // `task` runs at `when` unless the request is answered before.
  void SetRequestDeadline(std::uint64_t sequence, TimePoint when, std::function<void()> task);

  bool closed() const { return phase_ == Phase::kClosed; }
  // True once it accepts no further request; never becomes false again.
  bool finished() const {
    return closed() || phase_ == Phase::kLingering ||
           (phase_ == Phase::kWriting && sender_.closes());
  }
  // When OnDeadline is due.
  TimePoint deadline() const { return deadline_; }
  // True if it stopped reading only to give others their turn.
  bool wants_turn() const { return wants_turn_; }
  // True if it has been answered before and is neither within a request nor slow to read.
  bool prompt() const {
    return intake_.sequence() > 0 && sender_.flushed() &&
           (phase_ == Phase::kHandling || (phase_ == Phase::kReading && !intake_.started()));
  }
  int fd() const { return stream_->fd(); }
  const Peer& peer() const { return peer_; }

 private:
  enum class Phase : std::uint8_t {
    kHandshaking,  // TLS handshake, no HTTP yet
    kReading,      // a head or a body, or waiting for one
    kPaused,       // reads no further request until paused_until_ (Response::pause)
    kWaiting,      // for a verdict on a head, or for the reader of a body
    kHandling,     // the handler has a request
    kWriting,      // an answer is not completely written, or its stream has not ended
    kLingering,    // the last answer is written; reads on, because closing with unread input would
                   // reset the connection before the client has read the answer
    kClosed,
  };

  void Handshake();
  void OnAnswer(const Responder::Build& build);
  void OnDecision(const VerdictHandle::Decision& decision);
  void OnWake();
  void Pump();
  ConnectionInput::Status Step();
  void OnEndOfInput();
  std::size_t Consume(std::string_view input);
  void Act(RequestIntake::Event event);
  void Answer(Response&& response);
  void EndWithRefusal();
  void AfterWriting(AnswerSender::Progress progress);
  void NextRequest();
  void EndPause();
  void Linger();
  void Close() { phase_ = Phase::kClosed; }
  bool Idle() const;
  bool Settled() const;

  void UpdateDeadline();

  LoopContext& loop_;
  const std::unique_ptr<Stream> stream_;
  const std::uint64_t id_;
  Peer peer_;  // constant once the handshake is over
  Phase phase_;
  bool wants_turn_ = false;

  ConnectionInput input_;
  RequestIntake intake_;
  AnswerSender sender_;

  TimePoint paused_until_;
  TimePoint linger_since_;
  TimePoint request_deadline_ = kNever;
  std::function<void()> on_request_deadline_;
  TimePoint deadline_ = kNever;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_H_
