#include "api/http/net/connection.h"

#include <exception>
#include <utility>
#include <variant>

namespace gateway::http {
namespace {

using Event = RequestIntake::Event;

}  // namespace

Connection::Connection(LoopContext& loop, std::unique_ptr<Stream> stream, std::uint64_t id,
                       Peer peer)
    : loop_(loop),
      stream_(std::move(stream)),
      id_(id),
      peer_(std::move(peer)),
      phase_(stream_->needs_handshake() ? Phase::kHandshaking : Phase::kReading),
      input_(loop, stream_.get()),
      intake_(loop, id, peer_),
      sender_(loop, stream_.get()) {
  UpdateDeadline();
}

void Connection::OnReadable() {
  input_.OnReadable();
  if (!sender_.flushed() && stream_->write_waits_for_input()) return OnWritable();
  Pump();
}

void Connection::OnWritable() {
  AfterWriting(sender_.Resume());
  if (stream_->read_waits_for_room()) input_.OnReadable();
  Pump();
}

void Connection::OnHangup() {
  if (phase_ != Phase::kLingering) return Close();
  // Both directions have ended, but closing with unread bytes would send a reset, which could make
  // the client lose the last answer.
  input_.OnReadable();
  Pump();
}

void Connection::OnDrain() {
  input_.OnReadable();  // what has arrived already still counts as accepted
  sender_.Drain();
  EndPause();
}

// Reads and handles available input, up to a fair share of the loop's iteration.
void Connection::Pump() {
  using Status = ConnectionInput::Status;
  if (phase_ == Phase::kHandshaking) Handshake();
  intake_.BeginTurn();
  input_.BeginTurn();
  Status status = Status::kBytes;
  while (status == Status::kBytes && (phase_ == Phase::kReading || phase_ == Phase::kLingering)) {
    status = Step();
  }
  if (status == Status::kEnd) OnEndOfInput();
  if (status == Status::kError) Close();
  wants_turn_ = status == Status::kTurnOver;
  if (loop_.draining && Idle() && Settled() && !wants_turn_) Close();
  UpdateDeadline();
}

// Handles the kept bytes or those of one read. kBytes: go on.
ConnectionInput::Status Connection::Step() {
  if (intake_.turn_over()) return ConnectionInput::Status::kTurnOver;
  if (phase_ == Phase::kLingering) return input_.Discard();
  std::string_view bytes;
  const auto status = input_.Next(intake_.HasMore(), &bytes);
  if (status == ConnectionInput::Status::kBytes) input_.Keep(Consume(bytes));
  return status;
}

// A half-closed client has no further request, but an answer to an earlier one may not be written
// out yet.
void Connection::OnEndOfInput() {
  if (sender_.flushed() || phase_ != Phase::kReading) return Close();
  sender_.CloseAfter();
  phase_ = Phase::kWriting;
}

// Handles `input`. Returns how many of its last bytes must wait: for the request before them, or
// for the next iteration.
std::size_t Connection::Consume(std::string_view input) {
  while (phase_ == Phase::kReading) {
    const Event event = intake_.Next(&input);
    if (event == Event::kNeedInput) return 0;
    if (event == Event::kTurnOver) return input.size();
    Act(event);
    if (event == Event::kDiscarded) return input.size();  // Pump counts requests
  }
  return phase_ == Phase::kClosed || sender_.closes() ? 0 : input.size();
}

void Connection::Act(Event event) {
  switch (event) {
    case Event::kNeedInput:
    case Event::kTurnOver:
      return;
    case Event::kContinue:
      return AfterWriting(sender_.SendContinue());
    case Event::kAnswer:  // the request's body, if it has one, is still to be read away
      Answer(*intake_.TakeAnswer());
      return;
    case Event::kWait:
      phase_ = Phase::kWaiting;
      return;
    case Event::kComplete:
      phase_ = Phase::kHandling;
      return intake_.Dispatch();
    case Event::kDiscarded:
      NextRequest();
      if (!sender_.flushed()) phase_ = Phase::kWriting;  // the next one waits for the early answer
      return;
    case Event::kRefused:
      return EndWithRefusal();
  }
}

void Connection::SetRequestDeadline(std::uint64_t sequence, TimePoint when,
                                    std::function<void()> task) {
  if (sequence != intake_.sequence() || phase_ != Phase::kHandling) return;
  request_deadline_ = when;
  on_request_deadline_ = std::move(task);
}

// A message from another thread; dropped if its request has ended.
void Connection::OnCompletion(const CompletionQueue::Completion& completion) {
  if (completion.id.sequence != intake_.sequence()) return;
  if (const auto* build = std::get_if<Responder::Build>(&completion.message)) {
    OnAnswer(*build);
  } else if (const auto* decision = std::get_if<VerdictHandle::Decision>(&completion.message)) {
    OnDecision(*decision);
  } else {
    OnWake();
  }
}

void Connection::OnAnswer(const Responder::Build& build) {
  if (phase_ != Phase::kHandling) return;
  request_deadline_ = kNever;
  on_request_deadline_ = nullptr;
  phase_ = Phase::kWriting;
  Response response;
  try {
    response = build();
  } catch (const std::exception&) {
    response = Response();
    response.status = 500;
  }
  Answer(std::move(response));
  Pump();
}

void Connection::OnDecision(const VerdictHandle::Decision& decision) {
  const auto event = intake_.Decide(decision, input_.empty());
  if (!event) return;
  phase_ = Phase::kReading;
  Act(*event);
  Pump();
}

void Connection::OnWake() {
  if (sender_.streaming()) {
    AfterWriting(sender_.OnWake());
  } else if (intake_.Resume()) {
    phase_ = Phase::kReading;
  } else {
    return;
  }
  Pump();
}

// An answer that ends the connection ends reading, too; so does a stream.
void Connection::Answer(Response&& response) {
  if (response.pause.count() > 0) paused_until_ = loop_.now + response.pause;
  const auto progress =
      sender_.Send(std::move(response), intake_.head(), {id_, intake_.sequence()});
  if (sender_.closes() || sender_.streaming()) phase_ = Phase::kWriting;
  AfterWriting(progress);
}

// Answers and closes. If the request was answered early, only closes.
void Connection::EndWithRefusal() {
  sender_.CloseAfter();
  phase_ = Phase::kWriting;
  if (auto answer = intake_.TakeAnswer()) return Answer(*std::move(answer));
  AfterWriting(sender_.Resume());
}

void Connection::Refuse(const RequestError& error) {
  intake_.Refuse(error);
  EndWithRefusal();
  UpdateDeadline();
}

void Connection::AfterWriting(AnswerSender::Progress progress) {
  if (progress == AnswerSender::Progress::kBroken) return Close();
  if (progress == AnswerSender::Progress::kBusy || phase_ != Phase::kWriting) return;
  if (sender_.closes()) return Linger();
  NextRequest();
}

void Connection::NextRequest() {
  intake_.StartWaiting();
  phase_ = loop_.now < paused_until_ && !loop_.draining ? Phase::kPaused : Phase::kReading;
}

void Connection::EndPause() {
  if (phase_ == Phase::kPaused) phase_ = Phase::kReading;
  Pump();
}

void Connection::Linger() {
  stream_->ShutdownWrite();
  phase_ = Phase::kLingering;
  linger_since_ = loop_.now;
  input_.OnReadable();
}

}  // namespace gateway::http
