// The connection's part in an answer that is a stream: frames what the writer has written, sends
// heartbeats, and says when the stream has to end. Owned by a Connection while it streams; one
// thread.
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

  // `chunked`: HTTP/1.1; else the end of the connection is that of the body.
  StreamedAnswer(std::shared_ptr<ResponseStream> stream, bool chunked, HttpMetrics& metrics,
                 TimePoint now);
  StreamedAnswer(const StreamedAnswer&) = delete;
  StreamedAnswer& operator=(const StreamedAnswer&) = delete;
  ~StreamedAnswer();

  bool chunked() const { return chunked_; }
  // `wake` is called when there is something to pull; any thread.
  void Attach(std::function<void()> wake) { stream_->Attach(std::move(wake)); }
  // Moves what has been written to the end of `output`, framed. Once it has said kFinished or
  // kAborted, nothing follows.
  Progress Pull(ResponseOutput* output, TimePoint now);
  Progress progress() const { return progress_; }
  // Everything that was pulled is with the kernel.
  void OnSent() { stream_->OnSent(); }
  // The server shuts down; from the second call on nothing happens.
  void Drain(TimePoint now);
  // Why the stream ends, if it is not that the client has gone.
  void End(StreamEnd end) { stream_->End(end); }

  // When OnDeadline wants to be called.
  TimePoint deadline(const ResponseOutput& output) const;
  // kFinished: go on. Else the connection has to be closed for that reason.
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
