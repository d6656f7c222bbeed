// The part of a Connection that keeps time. Each phase has one deadline that starts when the phase
// does, and no client keeps a connection by a byte at a time: what it sends of a body moves the
// deadline only as far as min_body_bytes_per_second earns, and an answer that does not end within
// write_timeout must be read at that rate in each such period.
#include <algorithm>
#include <utility>

#include "api/http/net/connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;

// Maximum time for a client to read its last answer before its connection is closed.
constexpr milliseconds kLingerTime{2'000};

}  // namespace

// Nothing of it is in hand, though it may be that an answer has promised to keep it.
bool Connection::Idle() const {
  return phase_ == Phase::kHandshaking ||
         (phase_ == Phase::kReading && !intake_.started() && sender_.flushed());
}

// It has been idle for so long that no request is likely to be on its way.
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
