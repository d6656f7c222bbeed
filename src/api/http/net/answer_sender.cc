#include "api/http/net/answer_sender.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace gateway::http {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

milliseconds ConnectionAge(milliseconds max_age, std::minstd_rand* random) {
  const auto tenth = max_age.count() / 10;
  return max_age + milliseconds(std::uniform_int_distribution(-tenth, tenth)(*random));
}

AnswerSender::AnswerSender(LoopContext& loop, Stream* stream)
    : loop_(loop),
      stream_(stream),
      old_at_(loop.limits.max_age.count() == 0
                  ? TimePoint::max()
                  : loop.now + ConnectionAge(loop.limits.max_age, &loop.random)) {}

AnswerSender::Progress AnswerSender::SendContinue() {
  output_.Text(loop_.now)->append(kContinue);
  return Flush();
}

AnswerSender::Progress AnswerSender::Send(Response&& response, const RequestHead* head,
                                          RequestId id) {
  const int minor_version = head == nullptr ? 1 : head->minor_version;
  const bool has_body =
      MayHaveBody(response.status) && (head == nullptr || head->method != Method::kHead);
  const bool streams = response.stream && has_body;
  closes_ = closes_ || response.close || loop_.closing || loop_.now >= old_at_ || head == nullptr ||
            !head->keep_alive || (streams && minor_version == 0);
  loop_.writer.AppendHead(response, minor_version, !closes_, output_.Text(loop_.now));
  if (streams) {
    streamed_ = std::make_unique<StreamedAnswer>(response.stream, minor_version > 0, loop_.metrics,
                                                 loop_.now);
    streamed_->Attach([queue = loop_.queue, id] { queue->Wake(id); });
    if (loop_.draining) streamed_->Drain(loop_.now);
    return Pull();  // the pieces written so far leave with the head
  }
  if (response.stream) response.stream->End(StreamEnd::kFinished);
  if (has_body) output_.SetBody(std::move(response));
  return Flush();
}

AnswerSender::Progress AnswerSender::Flush() {
  switch (output_.Flush(stream_)) {
    case ResponseOutput::Status::kBlocked:
      return Progress::kBusy;
    case ResponseOutput::Status::kFailed:
      return Progress::kBroken;
    case ResponseOutput::Status::kDone:
      break;
  }
  if (!streamed_) return Progress::kDone;
  streamed_->OnSent();
  if (streamed_->progress() != StreamedAnswer::Progress::kFinished) return Progress::kBusy;
  streamed_->End(StreamEnd::kFinished);
  streamed_.reset();
  return Progress::kDone;
}

AnswerSender::Progress AnswerSender::Resume() {
  if (output_.empty()) return streamed_ ? Progress::kBusy : Progress::kDone;
  const Progress progress = Flush();
  // Pieces written meanwhile have already woken the connection, which could not take them then.
  return streamed_ && output_.empty() ? Pull() : progress;
}

AnswerSender::Progress AnswerSender::OnWake() {
  return streamed_ && output_.empty() ? Pull() : Progress::kBusy;
}

AnswerSender::Progress AnswerSender::Pull() {
  if (streamed_->Pull(&output_, loop_.now) == StreamedAnswer::Progress::kAborted) {
    return Break(StreamEnd::kAborted);
  }
  return Flush();
}

void AnswerSender::Drain() {
  if (streamed_) streamed_->Drain(loop_.now);
}

// Shows the client that the answer is incomplete: the last chunk is missing or, where closing the
// connection would end the body, the connection is reset.
AnswerSender::Progress AnswerSender::Break(StreamEnd end) {
  streamed_->End(end);
  if (!streamed_->chunked()) stream_->Abort();
  return Progress::kBroken;
}

AnswerSender::TimePoint AnswerSender::deadline() const {
  if (streamed_) return streamed_->deadline(output_);
  return output_.empty() ? TimePoint::max() : output_.since() + loop_.limits.write_timeout;
}

AnswerSender::Progress AnswerSender::OnDeadline() {
  if (streamed_) {
    const StreamEnd end = streamed_->OnDeadline(&output_, stream_->fd(), loop_.now);
    if (end == StreamEnd::kFinished) return Flush();
    if (end == StreamEnd::kStalled) loop_.metrics.OnHttpRejected("write-timeout");
    return Break(end);
  }
  if (output_.empty() || IsRead()) return Progress::kBusy;
  loop_.metrics.OnHttpRejected("write-timeout");
  return Progress::kBroken;
}

// True if the peer has read enough of the answer in the period that ends now. Begins a new period.
bool AnswerSender::IsRead() {
  const ConnectionLimits& limits = loop_.limits;
  const auto enough = static_cast<std::size_t>(limits.write_timeout.count()) *
                      limits.min_body_bytes_per_second / 1'000;
  return output_.HasTaken(std::max<std::size_t>(enough, 1), stream_->fd(), loop_.now);
}

}  // namespace gateway::http
