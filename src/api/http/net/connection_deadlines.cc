// The part of a Connection that keeps time. Each phase has one deadline, which runs from the start
// of the phase. No client can hold a connection with a byte now and then: a body must arrive,
// beyond body_timeout, at min_body_bytes_per_second, and in each period of write_timeout the client
// must read the answer at that rate.
#include <algorithm>
#include <utility>

#include "api/http/net/connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;

// Maximum time for a client to read its last answer before its connection is closed.
constexpr milliseconds kLingerTime{2'000};

}  // namespace

// True if no request is in progress, even if the last answer promised to keep the connection.
bool Connection::Idle() const {
  return phase_ == Phase::kHandshaking ||
         ((phase_ == Phase::kReading || phase_ == Phase::kPaused) && !intake_.started() &&
          sender_.flushed());
}

// True if it has been idle for so long that a request on its way is unlikely.
bool Connection::Settled() const {
  return loop_.now >= intake_.waiting_since() + loop_.limits.settle;
}

void Connection::UpdateDeadline() {
  const ConnectionLimits& limits = loop_.limits;
  TimePoint deadline = kNever;
  switch (phase_) {
    case Phase::kHandshaking:
      deadline = intake_.waiting_since() + limits.handshake_timeout;
      break;
    case Phase::kReading:
    case Phase::kWaiting:
      deadline = intake_.deadline();
      break;
    case Phase::kPaused:
      deadline = paused_until_;
      break;
    case Phase::kHandling:
      deadline = request_deadline_;
      break;
    case Phase::kLingering:
      deadline = linger_since_ + kLingerTime;
      break;
    case Phase::kWriting:
    case Phase::kClosed:
      break;
  }
  deadline = std::min(deadline, sender_.deadline());
  if (loop_.draining && Idle()) {
    deadline = std::min(deadline, intake_.waiting_since() + limits.settle);
  }
  deadline_ = deadline;
}

void Connection::OnDeadline() {
  if (loop_.draining && Idle() && Settled()) return OnDrain();
  if (loop_.now >= sender_.deadline()) {
    AfterWriting(sender_.OnDeadline());
    Pump();
    if (closed() || phase_ == Phase::kWriting || deadline_ > loop_.now) return;
  }
  if (phase_ == Phase::kPaused) return EndPause();
  if (phase_ == Phase::kHandshaking) {
    loop_.metrics.OnHttpRejected("tls-handshake-timeout");
    Close();
  } else if (phase_ == Phase::kHandling) {
    request_deadline_ = kNever;
    if (const auto task = std::exchange(on_request_deadline_, nullptr)) task();
  } else if (phase_ == Phase::kWaiting || (phase_ == Phase::kReading && intake_.started())) {
    intake_.RefuseTooSlow();
    EndWithRefusal();
  } else {
    Close();  // idle, or lingered long enough
  }
  UpdateDeadline();
}

}  // namespace gateway::http
