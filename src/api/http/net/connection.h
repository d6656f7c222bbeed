// One client connection: reads requests, hands them to the HttpHandler one at a time, writes the
// answers in order, and enforces the deadlines. Owned by its IoLoop; all calls on that loop's
// thread. Answers find it by id, never by descriptor or pointer, so that an answer cannot reach
// another client.
//
// Requests of a connection are handled strictly one after the other: while one is being handled
// nothing more is read, so a pipelining client is answered in order and slowed by TCP flow control.
//
// A connection older than Http:MaxConnectionAgeMs closes with its next answer, which says so. An
// old idle connection is left to Http:IdleTimeoutMs: closing it earlier would only risk crossing
// with a request.
#ifndef GATEWAY_API_HTTP_NET_CONNECTION_H_
#define GATEWAY_API_HTTP_NET_CONNECTION_H_

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "api/http/h1/framer.h"
#include "api/http/h1/response_writer.h"
#include "api/http/handler.h"
#include "api/http/net/completion_queue.h"
#include "api/http/net/peer_progress.h"
#include "api/http/net/stream.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"

namespace gateway::http {

// How much one connection may do before the others of its loop have their turn.
struct TurnLimits {
  int reads = 8;
  int requests = 64;  // that were read at once and are answered from their heads
  std::size_t decoded_bytes = std::size_t{1024} * 1024;  // decoded bytes: some milliseconds
};

struct ConnectionLimits {
  FramerLimits framer;
  TurnLimits turn;
  std::size_t min_body_bytes_per_second = 1'024;        // Http:MinBodyBytesPerSecond
  std::chrono::milliseconds handshake_timeout{10'000};  // Http:TlsHandshakeTimeoutMs
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds write_timeout{30'000};
  // While draining: how long a connection must be silent to be closed. Longer than a round trip, so
  // that a client that has just connected, or was just answered, can still send.
  std::chrono::milliseconds settle{250};
  std::chrono::milliseconds max_age{0};  // Http:MaxConnectionAgeMs; 0: no limit
};

// The maximum age of a connection: `max_age` plus or minus 10 % at random, so that connections
// opened at the same time do not close at the same time.
std::chrono::milliseconds ConnectionAge(std::chrono::milliseconds max_age,
                                        std::minstd_rand* random);

// State that the connections of one loop share.
struct LoopContext {
  const ConnectionLimits& limits;
  HttpHandler& handler;
  HttpMetrics& metrics;
  Logger& logger;
  std::shared_ptr<CompletionQueue> queue;
  ResponseWriter writer;
  std::chrono::steady_clock::time_point now;  // start of the loop's current iteration
  std::minstd_rand random;
  bool closing = false;   // every answer says "Connection: close"
  bool draining = false;  // and silent connections are closed
  std::string scratch;    // read buffer of the current connection
};

class Connection final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint kNever = TimePoint::max();

  Connection(LoopContext& loop, std::unique_ptr<Stream> stream, std::uint64_t id, std::string peer);

  // Events. After each the owner checks closed() and deadline().
  void OnReadable();
  void OnWritable();
  void OnHangup();
  void OnAnswer(std::uint64_t sequence, const Responder::Build& build);
  void OnDeadline();
  void OnDrain();
  // Answers `error` without reading anything and closes.
  void Refuse(const FramingError& error);
  // `task` runs at `when` unless the request is answered before.
  void SetRequestDeadline(std::uint64_t sequence, TimePoint when, std::function<void()> task);

  bool closed() const { return phase_ == Phase::kClosed; }
  // True once it accepts no further request; never becomes false again.
  bool finished() const {
    return closed() || phase_ == Phase::kLingering || (phase_ == Phase::kWriting && close_after_);
  }
  // When OnDeadline must be called.
  TimePoint deadline() const { return deadline_; }
  // True if it stopped reading only to give others their turn.
  bool wants_turn() const { return wants_turn_; }
  // True if it has been answered before and is neither within a request nor slow to read.
  bool prompt() const {
    return sequence_ > 0 && !HasOutput() &&
           (phase_ == Phase::kHandling || (phase_ == Phase::kReading && !framer_.started()));
  }
  int fd() const { return stream_->fd(); }
  const std::string& peer() const { return peer_; }

 private:
  enum class Phase : std::uint8_t {
    kHandshaking,  // TLS handshake, no HTTP yet
    kReading,      // a head or a body, or waiting for one
    kHandling,     // the handler has a request
    kWriting,      // its answer is not fully written yet
    kLingering,    // the last answer is out; reads on so that the client is not reset before it has
                   // read it
    kClosed,
  };

  void Handshake();
  void Pump();
  bool ReadSome();
  std::size_t Consume(std::string_view input);
  void OnHead(bool nothing_follows);
  void OnBody();
  void Dispatch();
  void Answer(const Response& response, bool head_known);
  void RefuseBody(const FramingError& error);
  void Flush();
  void OnFlushed();
  void NextRequest();
  void Linger();
  void Close() { phase_ = Phase::kClosed; }
  bool HasOutput() const { return out_sent_ < out_.size() + body_view_.size(); }
  bool Idle() const;
  bool Settled() const;
  TimePoint AtRate(TimePoint start, std::chrono::milliseconds timeout, std::size_t bytes) const;
  bool ReadsItsAnswer();
  void UpdateDeadline();

  LoopContext& loop_;
  const std::unique_ptr<Stream> stream_;
  const std::uint64_t id_;
  const std::string peer_;
  Phase phase_;
  bool readable_ = false;  // edge-triggered: until a read says otherwise
  bool wants_turn_ = false;
  bool answered_early_ = false;  // answered from the head; the body is being discarded
  bool close_after_ = false;

  RequestFramer framer_;
  std::shared_ptr<RequestState> state_;
  std::size_t held_ = 0;        // decoded bytes of the current body
  std::size_t decoded_ = 0;     // in this iteration
  std::uint64_t sequence_ = 0;  // of the current request
  std::string pipelined_;       // read, but after the current request
  std::size_t pipelined_at_ = 0;

  // Output: `out_`, then `body_view_`, which points into `body_` or `shared_body_`.
  std::string out_;
  std::string body_;
  std::shared_ptr<const std::string> shared_body_;
  std::string_view body_view_;
  std::size_t out_sent_ = 0;
  PeerProgress progress_;  // of the answer being written

  const TimePoint old_at_;   // the first answer after this time is the last
  TimePoint waiting_since_;  // for the first byte of a head
  TimePoint head_since_;
  TimePoint body_since_;
  TimePoint write_since_;
  TimePoint linger_since_;
  TimePoint request_deadline_ = kNever;
  std::function<void()> on_request_deadline_;
  TimePoint deadline_ = kNever;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_CONNECTION_H_
