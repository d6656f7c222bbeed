#include "api/http/net/connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace gateway::http {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// A body of known length up to this size is read to its end after an early answer, so that the
// connection can be reused.
constexpr std::size_t kMaxDiscardedBody = std::size_t{64} * 1024;
// A body up to this size is copied after its head, so that both are sent at once.
constexpr std::size_t kInlineBody = std::size_t{16} * 1024;

}  // namespace

Connection::Connection(LoopContext& loop, std::unique_ptr<Stream> stream, std::uint64_t id,
                       std::string peer)
    : loop_(loop),
      stream_(std::move(stream)),
      id_(id),
      peer_(std::move(peer)),
      phase_(stream_->needs_handshake() ? Phase::kHandshaking : Phase::kReading),
      framer_(loop.limits.framer),
      old_at_(loop.limits.max_age.count() == 0
                  ? kNever
                  : loop.now + ConnectionAge(loop.limits.max_age, &loop.random)),
      waiting_since_(loop.now) {
  UpdateDeadline();
}

void Connection::OnReadable() {
  readable_ = true;
  if (HasOutput() && stream_->write_waits_for_input()) Flush();
  Pump();
}

void Connection::OnWritable() {
  if (HasOutput()) Flush();
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
  readable_ = true;  // bytes that have arrived still count as accepted
  Pump();
}

// Reads and handles available input, up to a fair share of the loop's iteration.
void Connection::Pump() {
  wants_turn_ = false;
  if (phase_ == Phase::kHandshaking) Handshake();
  int reads = 0;
  int requests = 0;
  decoded_ = 0;
  while (phase_ == Phase::kReading || phase_ == Phase::kLingering) {
    if (decoded_ >= loop_.limits.turn.decoded_bytes) {
      wants_turn_ = true;
      break;
    }
    // First the input that was read already: the last iteration may have stopped at the end of a
    // request.
    if (phase_ == Phase::kReading &&
        (pipelined_at_ < pipelined_.size() || !framer_.wants_input())) {
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
      // A half-closed client sends no further request; earlier ones have been answered by now.
      if (HasOutput() && result.status == IoResult::Status::kEnd && phase_ == Phase::kReading) {
        close_after_ = true;
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
    const bool fresh = !framer_.started();
    switch (framer_.Feed(&input)) {
      case RequestFramer::Event::kNeedMore:
        // The time for the first head counts from the start of the connection: silence does not
        // extend it.
        if (fresh && framer_.started()) head_since_ = sequence_ == 0 ? waiting_since_ : loop_.now;
        return 0;
      case RequestFramer::Event::kHead:
        OnHead(input.empty());
        break;
      case RequestFramer::Event::kBodyData:
        OnBody();
        if (decoded_ >= loop_.limits.turn.decoded_bytes && phase_ == Phase::kReading)
          return input.size();
        break;
      case RequestFramer::Event::kComplete:
        if (answered_early_) {
          NextRequest();
          if (HasOutput()) phase_ = Phase::kWriting;  // the next request waits for the early answer
        } else {
          Dispatch();
        }
        return input.size();
      case RequestFramer::Event::kError:
        RefuseBody(framer_.error());
        return 0;
    }
  }
  return phase_ == Phase::kClosed || close_after_ ? 0 : input.size();
}

void Connection::OnHead(bool nothing_follows) {
  const RequestHead& head = framer_.head();
  body_since_ = loop_.now;
  ++sequence_;
  HeadVerdict verdict;
  try {
    verdict = loop_.handler.OnHead(head, peer_);
  } catch (const std::exception&) {  // a bug
    verdict.answer.emplace();
    verdict.answer->status = 500;
    verdict.answer->close = true;
  }
  state_ = std::move(verdict.state);
  if (verdict.answer) {
    framer_.DiscardBody();
    answered_early_ = true;
    // A client that expects 100 may or may not send its body after a final status, so the start of
    // its next request is unknown.
    const bool discardable = !head.expects_continue && !head.chunked &&
                             head.content_length.value_or(0) <= kMaxDiscardedBody;
    if (!discardable) verdict.answer->close = true;
    Answer(*verdict.answer, true);
    if (phase_ == Phase::kReading && close_after_) {
      phase_ = Phase::kWriting;
      if (!HasOutput()) OnFlushed();
    }
    return;
  }
  if (head.HasBody()) framer_.DecodeBody(verdict.coding);
  if (head.expects_continue && nothing_follows) {
    out_.append(kContinue);
    write_since_ = loop_.now;
    Flush();
  }
}

void Connection::OnBody() {
  const std::size_t held = framer_.held_bytes();
  if (framer_.coded()) decoded_ += held - held_;
  held_ = held;
  if (!state_ || answered_early_) return;
  if (!state_->OnBodyBytes(held)) {
    RefuseBody({ProblemType::kOverloaded, kNoRoomForBytes});
  }
}

void Connection::Dispatch() {
  phase_ = Phase::kHandling;
  Responder responder(loop_.queue, {id_, sequence_});
  try {
    loop_.handler.OnRequest(
        Request{framer_.head(), framer_.TakeBody(), framer_.body_bytes(), loop_.now},
        std::move(state_), std::move(responder));
  } catch (const std::exception&) {
    // A bug. The responder was destroyed unused by the exception, which answers 500.
  }
  state_.reset();
}

void Connection::SetRequestDeadline(std::uint64_t sequence, TimePoint when,
                                    std::function<void()> task) {
  if (sequence != sequence_ || phase_ != Phase::kHandling) return;
  request_deadline_ = when;
  on_request_deadline_ = std::move(task);
}

void Connection::OnAnswer(std::uint64_t sequence, const Responder::Build& build) {
  if (sequence != sequence_ || phase_ != Phase::kHandling) return;
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
  Answer(response, true);
  Pump();
}

void Connection::Answer(const Response& response, bool head_known) {
  const bool is_head = head_known && framer_.head().method == Method::kHead;
  const int minor_version = head_known ? framer_.head().minor_version : 1;
  close_after_ = close_after_ || response.close || loop_.closing || loop_.now >= old_at_ ||
                 !head_known || !framer_.head().keep_alive;
  if (!HasOutput()) write_since_ = loop_.now;
  loop_.writer.AppendHead(response, minor_version, !close_after_, &out_);
  if (!is_head && MayHaveBody(response.status)) {
    const std::string_view body = response.Body();
    if (body.size() <= kInlineBody) {
      out_.append(body);
    } else if (response.shared_body) {
      shared_body_ = response.shared_body;
      body_view_ = *shared_body_;
    } else {
      body_ = response.body;
      body_view_ = body_;
    }
  }
  Flush();
}

// The request cannot continue: answers and closes, unless an answer has been sent already.
void Connection::RefuseBody(const FramingError& error) {
  const bool head_known = framer_.head_complete();
  framer_.DiscardBody();
  if (!answered_early_) {
    ++sequence_;
    const Response response = loop_.handler.OnRefused(error, head_known ? &framer_.head() : nullptr,
                                                      peer_, std::move(state_));
    close_after_ = true;
    phase_ = Phase::kWriting;
    Answer(response, head_known);
  } else {
    close_after_ = true;
    phase_ = Phase::kWriting;
    if (!HasOutput()) OnFlushed();
  }
}

void Connection::Refuse(const FramingError& error) {
  RefuseBody(error);
  UpdateDeadline();
}

void Connection::Flush() {
  while (HasOutput()) {
    std::array<iovec, 2> pieces{};
    int count = 0;
    std::size_t skip = out_sent_;
    for (const std::string_view piece : {std::string_view(out_), body_view_}) {
      const std::size_t skipped = std::min(skip, piece.size());
      skip -= skipped;
      if (skipped == piece.size()) continue;
      iovec& vec = pieces[static_cast<std::size_t>(count++)];
      vec.iov_base = const_cast<char*>(piece.data() + skipped);  // NOLINT: iovec has no const
      vec.iov_len = piece.size() - skipped;
    }
    const IoResult result = stream_->Write(pieces.data(), count);
    if (result.status == IoResult::Status::kWouldBlock) return progress_.OnStalled(fd(), out_sent_);
    if (result.status != IoResult::Status::kOk) return Close();
    out_sent_ += result.bytes;
  }
  OnFlushed();
}

void Connection::OnFlushed() {
  out_.clear();
  if (out_.capacity() > kInlineBody) out_.shrink_to_fit();
  body_view_ = {};
  std::string().swap(body_);  // an assignment would keep the capacity
  shared_body_.reset();
  out_sent_ = 0;
  progress_.Reset();
  if (phase_ != Phase::kWriting) return;
  if (close_after_) return Linger();
  NextRequest();
}

void Connection::NextRequest() {
  framer_.Reset();
  state_.reset();
  answered_early_ = false;
  held_ = 0;
  phase_ = Phase::kReading;
  waiting_since_ = loop_.now;
  head_since_ = loop_.now;
}

void Connection::Linger() {
  stream_->ShutdownWrite();
  phase_ = Phase::kLingering;
  linger_since_ = loop_.now;
  readable_ = true;
}

}  // namespace gateway::http
