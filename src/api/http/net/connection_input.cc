#include "api/http/net/connection_input.h"

namespace gateway::http {

void ConnectionInput::BeginTurn() {
  reads_ = 0;
  requests_ = 0;
}

ConnectionInput::Status ConnectionInput::Next(bool decoder_has_more, std::string_view* bytes) {
  // Kept bytes first: they may already complete a request.
  if (!empty() || decoder_has_more) {
    if (++requests_ > loop_.limits.turn.requests) return Status::kTurnOver;
    current_ = std::string_view(kept_).substr(kept_at_);
  } else {
    if (const Status status = StartRead(); status != Status::kBytes) return status;
    std::string& buffer = loop_.scratch;
    const IoResult result = stream_->Read(buffer.data(), buffer.size());
    if (const Status status = StatusOf(result); status != Status::kBytes) return status;
    current_ = std::string_view(buffer.data(), result.bytes);
  }
  *bytes = current_;
  return Status::kBytes;
}

void ConnectionInput::Keep(std::size_t left) {
  if (current_.data() == loop_.scratch.data()) {
    kept_.assign(current_.substr(current_.size() - left));
    kept_at_ = 0;
    return;
  }
  kept_at_ = kept_.size() - left;
  if (left == 0) {  // an idle connection holds no buffer
    std::string().swap(kept_);
    kept_at_ = 0;
  }
}

ConnectionInput::Status ConnectionInput::Discard() {
  if (const Status status = StartRead(); status != Status::kBytes) return status;
  return StatusOf(stream_->Discard(loop_.scratch.data(), loop_.scratch.size()));
}

ConnectionInput::Status ConnectionInput::StartRead() {
  if (!readable_) return Status::kWouldBlock;
  return ++reads_ > loop_.limits.turn.reads ? Status::kTurnOver : Status::kBytes;
}

ConnectionInput::Status ConnectionInput::StatusOf(IoResult result) {
  switch (result.status) {
    case IoResult::Status::kOk:
      return Status::kBytes;
    case IoResult::Status::kWouldBlock:
      readable_ = false;
      return Status::kWouldBlock;
    case IoResult::Status::kEnd:
      return Status::kEnd;
    case IoResult::Status::kError:
      return Status::kError;
  }
  return Status::kError;
}

}  // namespace gateway::http
