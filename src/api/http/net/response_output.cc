#include "api/http/net/response_output.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gateway::http {
namespace {

// A body up to this is copied behind its head, so that they leave in one piece.
constexpr std::size_t kInlineBody = std::size_t{16} * 1024;

}  // namespace

std::string* ResponseOutput::Text(TimePoint now) {
  if (empty()) since_ = now;
  return &text_;
}

void ResponseOutput::SetBody(Response&& response) {
  const std::string_view body = response.Body();
  if (body.size() <= kInlineBody) {
    text_.append(body);
  } else if (response.shared_body) {
    shared_body_ = std::move(response.shared_body);
    long_body_ = *shared_body_;
  } else {
    body_ = std::move(response.body);
    long_body_ = body_;
  }
}

ResponseOutput::Status ResponseOutput::Flush(Stream* stream) {
  while (!empty()) {
    std::array<iovec, 2> pieces{};
    int count = 0;
    std::size_t skip = sent_;
    for (const std::string_view piece : {std::string_view(text_), long_body_}) {
      const std::size_t skipped = std::min(skip, piece.size());
      skip -= skipped;
      if (skipped == piece.size()) continue;
      iovec& vec = pieces[static_cast<std::size_t>(count++)];
      vec.iov_base = const_cast<char*>(piece.data() + skipped);  // NOLINT: iovec has no const
      vec.iov_len = piece.size() - skipped;
    }
    const IoResult result = stream->Write(pieces.data(), count);
    if (result.status == IoResult::Status::kWouldBlock) {
      progress_.OnStalled(stream->fd(), sent_);
      return Status::kBlocked;
    }
    if (result.status != IoResult::Status::kOk) return Status::kFailed;
    sent_ += result.bytes;
  }
  Clear();
  return Status::kDone;
}

void ResponseOutput::Clear() {
  text_.clear();
  if (text_.capacity() > kInlineBody) text_.shrink_to_fit();
  long_body_ = {};
  std::string().swap(body_);  // an assignment would keep the capacity
  shared_body_.reset();
  sent_ = 0;
  progress_.Reset();
}

bool ResponseOutput::HasTaken(std::size_t bytes, int fd, TimePoint now) {
  since_ = now;
  return progress_.TakeProgress(fd, sent_) >= bytes;
}

}  // namespace gateway::http
