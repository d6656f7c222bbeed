#include "api/http/net/streamed_answer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace gateway::http {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

// RFC 9112, 7.1.
void AppendChunkSize(std::size_t bytes, std::string* out) {
  std::array<char, 16> digits{};  // of any 64-bit number
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), bytes, 16).ptr;
  out->append(digits.data(), end).append("\r\n");
}

}  // namespace

StreamedAnswer::StreamedAnswer(std::shared_ptr<ResponseStream> stream, bool chunked,
                               HttpMetrics& metrics, TimePoint now)
    : stream_(std::move(stream)), chunked_(chunked), metrics_(metrics), last_bytes_(now) {
  metrics_.OnStreamsChanged(1);
}

StreamedAnswer::~StreamedAnswer() {
  stream_->End(StreamEnd::kClientGone);
  metrics_.OnStreamsChanged(-1);
}

void StreamedAnswer::Append(std::string_view bytes, ResponseOutput* output, TimePoint now) {
  if (bytes.empty()) return;  // a chunk of no bytes would be the last
  std::string* const out = output->Text(now);
  if (chunked_) AppendChunkSize(bytes.size(), out);
  out->append(bytes);
  if (chunked_) out->append("\r\n");
  metrics_.OnStreamBytes(bytes.size());
  last_bytes_ = now;
}

StreamedAnswer::Progress StreamedAnswer::Pull(ResponseOutput* output, TimePoint now) {
  if (progress_ != Progress::kOpen) return progress_;
  progress_ = stream_->Take(&pulled_);
  Append(pulled_, output, now);
  pulled_.clear();
  if (progress_ == Progress::kFinished && chunked_) output->Text(now)->append(kLastChunk);
  return progress_;
}

void StreamedAnswer::Drain(TimePoint now) {
  if (drained_at_ != TimePoint::max()) return;
  drained_at_ = now;
  stream_->Drain();
}

bool StreamedAnswer::WantsHeartbeat() const {
  const StreamOptions& options = stream_->options();
  return progress_ == Progress::kOpen && options.heartbeat_interval.count() > 0 &&
         !options.heartbeat.empty();
}

StreamedAnswer::TimePoint StreamedAnswer::deadline(const ResponseOutput& output) const {
  const StreamOptions& options = stream_->options();
  TimePoint deadline = TimePoint::max();
  if (!output.empty()) {
    deadline = output.since() + options.stall_timeout;
  } else if (WantsHeartbeat()) {
    deadline = last_bytes_ + options.heartbeat_interval;
  }
  if (drained_at_ != TimePoint::max()) {
    deadline = std::min(deadline, drained_at_ + options.drain_timeout);
  }
  return deadline;
}

StreamEnd StreamedAnswer::OnDeadline(ResponseOutput* output, int fd, TimePoint now) {
  const StreamOptions& options = stream_->options();
  if (drained_at_ != TimePoint::max() && now >= drained_at_ + options.drain_timeout) {
    return StreamEnd::kDrained;
  }
  if (!output->empty()) {
    if (now >= output->since() + options.stall_timeout && !output->HasTaken(1, fd, now)) {
      return StreamEnd::kStalled;
    }
  } else if (WantsHeartbeat() && now >= last_bytes_ + options.heartbeat_interval) {
    Append(options.heartbeat, output, now);
  }
  return StreamEnd::kFinished;
}

}  // namespace gateway::http
