// The connection's side of a streamed answer: frames the pieces, sends heartbeats, and decides when
// the stream must end. Owned by an AnswerSender until the stream has ended; one thread.
#ifndef GATEWAY_API_HTTP_NET_STREAMED_ANSWER_H_
#define GATEWAY_API_HTTP_NET_STREAMED_ANSWER_H_

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "api/http/net/response_output.h"
#include "api/http/response_stream.h"
#include "service/ports/http_metrics.h"

namespace gateway::http {

class StreamedAnswer final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using Progress = ResponseStream::Progress;

  // `chunked`: for HTTP/1.1. Otherwise closing the connection ends the body.
  StreamedAnswer(std::shared_ptr<ResponseStream> stream, bool chunked, HttpMetrics& metrics,
                 TimePoint now);
  StreamedAnswer(const StreamedAnswer&) = delete;
  StreamedAnswer& operator=(const StreamedAnswer&) = delete;
  ~StreamedAnswer();

  bool chunked() const { return chunked_; }
  // `wake` is called when there is something to pull; any thread.
  void Attach(std::function<void()> wake) { stream_->Attach(std::move(wake)); }
  // Appends the pieces written since the last Pull to `output`, framed. After kFinished or kAborted
  // nothing follows.
  Progress Pull(ResponseOutput* output, TimePoint now);
  Progress progress() const { return progress_; }
  // All bytes pulled have been passed to the kernel.
  void OnSent() { stream_->OnSent(); }
  // The server is shutting down. Only the first call has an effect.
  void Drain(TimePoint now);
  // Ends the stream; the destructor does so with kClientGone.
  void End(StreamEnd end) { stream_->End(end); }

  // When OnDeadline is due.
  TimePoint deadline(const ResponseOutput& output) const;
  // Returns kFinished if the stream continues, else the reason to close the connection.
  StreamEnd OnDeadline(ResponseOutput* output, int fd, TimePoint now);

 private:
  void Append(std::string_view bytes, ResponseOutput* output, TimePoint now);
  bool WantsHeartbeat() const;

  const std::shared_ptr<ResponseStream> stream_;
  const bool chunked_;
  HttpMetrics& metrics_;
  std::string pulled_;
  Progress progress_ = Progress::kOpen;
  TimePoint last_bytes_;
  TimePoint drained_at_ = TimePoint::max();
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_STREAMED_ANSWER_H_
