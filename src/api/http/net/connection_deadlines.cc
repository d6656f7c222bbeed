// The deadlines of a Connection. Each phase has one deadline, which starts with the phase, and no
// client can keep a connection by sending single bytes: body bytes extend the deadline only
// according to Http:MinBodyBytesPerSecond, and an answer that takes longer than Http:WriteTimeoutMs
// must be read at that rate in each such period.
#include <algorithm>
#include <utility>

#include "api/http/net/connection.h"

namespace gateway::http {
namespace {

using std::chrono::milliseconds;

// Maximum time for a client to read its last answer before its connection is closed.
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

// No request is in progress, although an answer may have promised keep-alive.
bool Connection::Idle() const {
  return phase_ == Phase::kHandshaking ||
         (phase_ == Phase::kReading && !framer_.started() && !HasOutput());
}

// It has been idle for so long that a request in flight is unlikely.
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

// True if the peer has read enough of the answer in the period that just ended; starts a new
// period.
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
