// The part of a Connection that keeps time. Each phase has one deadline that starts when the phase
// does, and no client keeps a connection by a byte at a time: what it sends of a body moves the
// deadline only as far as Http:MinBodyBytesPerSecond earns, and an answer that does not end within
// Http:WriteTimeoutMs must be read at that rate in each such period.
#include <algorithm>
#include <utility>

#include "api/http/net/connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;

// How long a client may take to read its last answer before its connection is closed.
constexpr milliseconds kLingerTime{2'000};

}  // namespace

milliseconds ConnectionAge(milliseconds max_age, std::minstd_rand* random) {
  const auto tenth = max_age.count() / 10;
  return max_age + milliseconds(std::uniform_int_distribution(-tenth, tenth)(*random));
}

Connection::TimePoint Connection::AtRate(TimePoint start, milliseconds timeout,
                                         std::size_t bytes) const {
  const std::size_t rate = loop_.limits.min_body_bytes_per_second;
  const milliseconds earned(rate == 0 ? 0 : bytes * 1000 / rate);
  return start + timeout + earned;
}

// Nothing of it is in hand, though it may be that an answer has promised to keep it.
bool Connection::Idle() const {
  return phase_ == Phase::kHandshaking ||
         (phase_ == Phase::kReading && !framer_.started() && !HasOutput());
}

// It has been idle for so long that no request is likely to be on its way.
bool Connection::Settled() const { return loop_.now >= waiting_since_ + loop_.limits.settle; }

void Connection::UpdateDeadline() {
  const ConnectionLimits& limits = loop_.limits;
  TimePoint deadline = kNever;
  switch (phase_) {
    case Phase::kHandshaking:
      deadline = waiting_since_ + limits.handshake_timeout;
      break;
    case Phase::kReading:
      if (!framer_.started()) {
        deadline = waiting_since_ + (sequence_ == 0 ? limits.head_timeout : limits.idle_timeout);
      } else if (!framer_.head_complete()) {
        deadline = head_since_ + limits.head_timeout;
      } else {
        deadline = AtRate(body_since_, limits.body_timeout, framer_.body_bytes());
      }
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
  if (HasOutput()) {
    deadline = std::min(deadline, write_since_ + limits.write_timeout);
  }
  if (loop_.draining && Idle()) deadline = std::min(deadline, waiting_since_ + limits.settle);
  deadline_ = deadline;
}

// True if the peer has read enough of the answer in the period that ended now; a new one begins.
bool Connection::ReadsItsAnswer() {
  const ConnectionLimits& limits = loop_.limits;
  const auto enough = static_cast<std::size_t>(limits.write_timeout.count()) *
                      limits.min_body_bytes_per_second / 1'000;
  write_since_ = loop_.now;
  return progress_.TakeProgress(fd(), out_sent_) >= std::max<std::size_t>(enough, 1);
}

void Connection::OnDeadline() {
  if (loop_.draining && Idle() && Settled()) return OnDrain();
  if (HasOutput() && loop_.now >= write_since_ + loop_.limits.write_timeout) {
    if (!ReadsItsAnswer()) {
      loop_.metrics.OnHttpRejected("write-timeout");
      return Close();
    }
    UpdateDeadline();
    if (deadline_ > loop_.now) return;
  }
  if (phase_ == Phase::kHandshaking) {
    loop_.metrics.OnHttpRejected("tls-handshake-timeout");
    Close();
  } else if (phase_ == Phase::kHandling) {
    request_deadline_ = kNever;
    if (const auto task = std::exchange(on_request_deadline_, nullptr)) task();
  } else if (phase_ != Phase::kReading || !framer_.started()) {
    Close();  // idle, or lingered long enough
  } else if (!framer_.head_complete()) {
    RefuseBody({ProblemType::kRequestTimeout,
                "The head of the request did not arrive in time (Http:HeadTimeoutMs)."});
  } else {
    RefuseBody({ProblemType::kRequestTimeout,
                "The body of the request did not arrive in time (Http:BodyTimeoutMs, "
                "Http:MinBodyBytesPerSecond)."});
  }
  UpdateDeadline();
}

}  // namespace gateway::http
