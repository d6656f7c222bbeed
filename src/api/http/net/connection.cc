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
      intake_(loop, id, peer_),
      sender_(loop, stream_.get()) {
  UpdateDeadline();
}

void Connection::OnReadable() {
  readable_ = true;
  if (!sender_.flushed() && stream_->write_waits_for_input()) return OnWritable();
  Pump();
}

void Connection::OnWritable() {
  AfterWriting(sender_.Resume());
  if (stream_->read_waits_for_room()) readable_ = true;
  Pump();
}

void Connection::OnHangup() {
  if (phase_ != Phase::kLingering) return Close();
  // Both directions have ended, but closing with unread bytes would send a reset, which could make
  // the client lose the last answer.
  readable_ = true;
  Pump();
}

void Connection::OnDrain() {
  readable_ = true;  // what has arrived already still counts as accepted
  sender_.Drain();
  Pump();
}

// Reads and handles available input, up to a fair share of the loop's iteration.
void Connection::Pump() {
  wants_turn_ = false;
  if (phase_ == Phase::kHandshaking) Handshake();
  int reads = 0;
  int requests = 0;
  intake_.BeginTurn();
  while (phase_ == Phase::kReading || phase_ == Phase::kLingering) {
    if (intake_.turn_over()) {
      wants_turn_ = true;
      break;
    }
    // First what is here already: what ended a turn may have been the last of a request.
    if (phase_ == Phase::kReading && (pipelined_at_ < pipelined_.size() || intake_.HasMore())) {
      if (++requests > loop_.limits.turn.requests) {
        wants_turn_ = true;
        break;
      }
      const std::size_t left = Consume(std::string_view(pipelined_).substr(pipelined_at_));
      pipelined_at_ = pipelined_.size() - left;
      if (left == 0) {  // an idle connection holds no buffer
        std::string().swap(pipelined_);
        pipelined_at_ = 0;
      }
      continue;
    }
    if (!readable_) break;
    if (++reads > loop_.limits.turn.reads) {
      wants_turn_ = true;
      break;
    }
    if (!ReadSome()) break;
  }
  if (loop_.draining && Idle() && Settled() && !wants_turn_) Close();
  UpdateDeadline();
}

// One read. False if there was nothing to read or the connection has ended.
bool Connection::ReadSome() {
  std::string& buffer = loop_.scratch;
  const IoResult result = phase_ == Phase::kLingering
                              ? stream_->Discard(buffer.data(), buffer.size())
                              : stream_->Read(buffer.data(), buffer.size());
  switch (result.status) {
    case IoResult::Status::kWouldBlock:
      readable_ = false;
      return false;
    case IoResult::Status::kEnd:
    case IoResult::Status::kError:
      // A half-closed client has no further request; what it asked before is answered by then.
      if (!sender_.flushed() && result.status == IoResult::Status::kEnd &&
          phase_ == Phase::kReading) {
        sender_.CloseAfter();
        phase_ = Phase::kWriting;
      } else {
        Close();
      }
      return false;
    case IoResult::Status::kOk:
      break;
  }
  if (phase_ == Phase::kReading) {
    const std::string_view input(buffer.data(), result.bytes);
    const std::size_t left = Consume(input);
    pipelined_.assign(input.substr(input.size() - left));
    pipelined_at_ = 0;
  }
  return true;
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

// What another thread has sent. For a request that is over it comes too late.
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
  Answer(response);
  Pump();
}

void Connection::OnDecision(const VerdictHandle::Decision& decision) {
  const auto event = intake_.Decide(decision, pipelined_at_ == pipelined_.size());
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
void Connection::Answer(const Response& response) {
  const auto progress = sender_.Send(response, intake_.head(), {id_, intake_.sequence()});
  if (sender_.closes() || sender_.streaming()) phase_ = Phase::kWriting;
  AfterWriting(progress);
}

// Answers and closes, unless an answer is out already.
void Connection::EndWithRefusal() {
  sender_.CloseAfter();
  phase_ = Phase::kWriting;
  if (const auto answer = intake_.TakeAnswer()) return Answer(*answer);
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
  phase_ = Phase::kReading;
}

void Connection::Linger() {
  stream_->ShutdownWrite();
  phase_ = Phase::kLingering;
  linger_since_ = loop_.now;
  readable_ = true;
}

}  // namespace gateway::http
