#include "api/http/net/request_intake.h"

#include <exception>
#include <utility>

namespace gateway::http {
namespace {

// A body of known length up to this is read to its end after an early answer, so that the
// connection lives on.
constexpr std::size_t kMaxDiscardedBody = std::size_t{64} * 1024;

// The answer to a handler's bug.
HeadVerdict Fault() {
  HeadVerdict verdict;
  verdict.answer.emplace();
  verdict.answer->status = 500;
  verdict.answer->close = true;
  return verdict;
}

}  // namespace

RequestIntake::RequestIntake(LoopContext& loop, std::uint64_t connection, const Peer& peer)
    : loop_(loop),
      connection_(connection),
      peer_(peer),
      framer_(loop.limits.framer),
      waiting_since_(loop.now) {}

RequestIntake::Event RequestIntake::Next(std::string_view* input) {
  while (true) {
    const bool fresh = !framer_.started();
    std::optional<Event> event;
    switch (framer_.Feed(input)) {
      case RequestFramer::Event::kNeedMore:
        // The time of the first head runs from the start of the connection, so silence does not
        // extend it.
        if (fresh && framer_.started()) head_since_ = sequence_ == 0 ? waiting_since_ : loop_.now;
        return Event::kNeedInput;
      case RequestFramer::Event::kHead:
        event = OnHead(input->empty());
        break;
      case RequestFramer::Event::kBodyData:
        event = OnBody();
        break;
      case RequestFramer::Event::kComplete:
        return answered_early_ ? Event::kDiscarded : Event::kComplete;
      case RequestFramer::Event::kError:
        Refuse(framer_.error());
        return Event::kRefused;
    }
    if (event) return *event;
  }
}

std::optional<RequestIntake::Event> RequestIntake::OnHead(bool nothing_follows) {
  body_since_ = loop_.now;
  ++sequence_;
  HeadVerdict verdict;
  try {
    verdict = loop_.handler.OnHead(framer_.head(), peer_);
  } catch (const std::exception&) {
    verdict = Fault();
  }
  return Apply(std::move(verdict), nothing_follows);
}

std::optional<RequestIntake::Event> RequestIntake::Decide(const VerdictHandle::Decision& decision,
                                                          bool nothing_follows) {
  if (pause_ != Pause::kVerdict) return std::nullopt;
  pause_ = Pause::kNone;
  body_since_ = loop_.now;  // the client could not send meanwhile
  HeadVerdict verdict;
  try {
    verdict = decision(framer_.head());
  } catch (const std::exception&) {
    verdict = Fault();
  }
  return Apply(std::move(verdict), nothing_follows).value_or(Event::kTurnOver);
}

// Returns nothing if the request continues with its body, if it has one.
std::optional<RequestIntake::Event> RequestIntake::Apply(HeadVerdict verdict,
                                                         bool nothing_follows) {
  const RequestHead& head = framer_.head();
  if (verdict.state) state_ = std::move(verdict.state);
  if (verdict.answer) return AnswerEarly(*std::move(verdict.answer));
  if (verdict.later) {
    pause_ = Pause::kVerdict;
    paused_since_ = loop_.now;
    verdict.later(VerdictHandle(loop_.queue, Id()));
    return Event::kWait;
  }
  if (head.HasBody()) framer_.DecodeBody(verdict.coding);
  reader_ = std::move(verdict.reader);
  if (reader_) reader_->OnStart(BodyFlow(loop_.queue, Id()));
  if (head.expects_continue && nothing_follows) return Event::kContinue;
  return std::nullopt;
}

RequestIntake::Event RequestIntake::AnswerEarly(Response answer) {
  const RequestHead& head = framer_.head();
  framer_.DiscardBody();
  reader_.reset();
  answered_early_ = true;
  // A client that expects 100 Continue may or may not send its body after a final status, so it is
  // unknown where its next request would start.
  const bool discardable = !head.expects_continue && !head.chunked &&
                           head.content_length.value_or(0) <= kMaxDiscardedBody;
  if (!discardable || answer.stream) answer.close = true;
  answer_ = std::move(answer);
  return Event::kAnswer;
}

std::optional<RequestIntake::Event> RequestIntake::OnBody() {
  const std::size_t held = framer_.held_bytes();
  if (framer_.coded()) decoded_ += held - held_;
  held_ = held;
  if (!answered_early_) {
    if (state_ && !state_->OnBodyBytes(handed_over_ + held)) {
      Refuse({RequestError::Kind::kNoRoom});
      return Event::kRefused;
    }
    if (reader_) {
      if (const auto event = HandPieceOver()) return event;
    }
  }
  if (turn_over()) return Event::kTurnOver;
  return std::nullopt;
}

std::optional<RequestIntake::Event> RequestIntake::HandPieceOver() {
  if (held_ == 0) return std::nullopt;  // it decodes to nothing yet
  BodyStep step;
  try {
    step = reader_->OnPiece(framer_.piece());
  } catch (const std::exception&) {
    step.answer = Fault().answer;
  }
  handed_over_ += held_;
  framer_.DropPiece();
  held_ = 0;
  if (step.answer) return AnswerEarly(*std::move(step.answer));
  if (!step.pause) return std::nullopt;
  pause_ = Pause::kReader;
  paused_since_ = loop_.now;
  return Event::kWait;
}

bool RequestIntake::Resume() {
  if (pause_ != Pause::kReader) return false;
  pause_ = Pause::kNone;
  body_since_ += loop_.now - paused_since_;
  return true;
}

void RequestIntake::Dispatch() {
  Responder responder(loop_.queue, Id());
  try {
    loop_.handler.OnRequest(
        Request{framer_.head(), framer_.TakeBody(), framer_.body_bytes(), loop_.now},
        std::move(state_), std::move(responder));
  } catch (const std::exception&) {
    // A bug. The responder was destroyed unused on the way out, which answers 500.
  }
  state_.reset();
  reader_.reset();
}

void RequestIntake::Refuse(const RequestError& error) {
  const RequestHead* const known = head();
  framer_.DiscardBody();
  reader_.reset();
  pause_ = Pause::kNone;
  if (answered_early_) return;
  ++sequence_;
  answer_ = loop_.handler.OnRefused(error, known, peer_, std::move(state_));
}

void RequestIntake::RefuseTooSlow() {
  using Kind = RequestError::Kind;
  if (head() == nullptr) return Refuse({Kind::kHeadTimeout});
  Refuse({pause_ == Pause::kVerdict ? Kind::kVerdictTimeout : Kind::kBodyTimeout});
}

void RequestIntake::StartWaiting() {
  framer_.Reset();
  state_.reset();
  reader_.reset();
  answered_early_ = false;
  held_ = 0;
  handed_over_ = 0;
  waiting_since_ = loop_.now;
  head_since_ = loop_.now;
}

RequestIntake::TimePoint RequestIntake::deadline() const {
  const ConnectionLimits& limits = loop_.limits;
  if (pause_ == Pause::kVerdict) return paused_since_ + limits.verdict_timeout;
  if (pause_ == Pause::kReader) return TimePoint::max();
  if (!framer_.started()) {
    return waiting_since_ + (sequence_ == 0 ? limits.head_timeout : limits.idle_timeout);
  }
  if (!framer_.head_complete()) return head_since_ + limits.head_timeout;
  const std::size_t rate = limits.min_body_bytes_per_second;
  const std::chrono::milliseconds earned(rate == 0 ? 0 : framer_.body_bytes() * 1000 / rate);
  return body_since_ + limits.body_timeout + earned;
}

}  // namespace gateway::http
