#include "api/http/response_stream.h"

#include <utility>

#include "service/types/mutex.h"

namespace gateway::http {

class StreamState final {
 public:
  using Written = StreamWriter::Written;
  using Progress = ResponseStream::Progress;

  StreamState(StreamOptions options, std::shared_ptr<StreamListener> listener)
      : options_(std::move(options)), listener_(std::move(listener)) {}

  const StreamOptions& options() const { return options_; }

  Written Write(std::string_view piece) {
    std::function<void()> wake;
    {
      const MutexLock lock(mutex_);
      if (ended_ || progress_ != Progress::kOpen) return Written::kEnded;
      const std::size_t waiting = buffer_.size() + taken_bytes_;
      if (waiting > 0 && waiting + piece.size() > options_.max_buffered_bytes) {
        writer_waits_ = true;
        return Written::kFull;
      }
      buffer_.append(piece);
      wake = WakeOnce();
    }
    if (wake) wake();
    return Written::kTaken;
  }

  void Close(Progress progress) {
    std::function<void()> wake;
    {
      const MutexLock lock(mutex_);
      if (ended_ || progress_ == Progress::kAborted || progress_ == progress) return;
      progress_ = progress;
      wake = WakeOnce();
    }
    if (wake) wake();
  }

  void Attach(std::function<void()> wake) {
    const MutexLock lock(mutex_);
    wake_ = std::move(wake);
  }

  Progress Take(std::string* out) {
    const MutexLock lock(mutex_);
    woken_ = false;
    if (progress_ == Progress::kAborted) return progress_;
    out->append(buffer_);
    taken_bytes_ += buffer_.size();
    buffer_.clear();
    return progress_;
  }

  void OnSent() {
    std::shared_ptr<StreamListener> listener;
    {
      const MutexLock lock(mutex_);
      taken_bytes_ = 0;
      if (!writer_waits_ || buffer_.size() > options_.max_buffered_bytes / 2) return;
      writer_waits_ = false;
      listener = listener_;
    }
    if (listener) listener->OnWritable();
  }

  void Drain() {
    std::shared_ptr<StreamListener> listener;
    {
      const MutexLock lock(mutex_);
      if (progress_ == Progress::kOpen) listener = listener_;
    }
    if (listener) listener->OnDrain();
  }

  void End(StreamEnd end) {
    std::shared_ptr<StreamListener> listener;
    {
      const MutexLock lock(mutex_);
      if (ended_) return;
      ended_ = true;
      std::string().swap(buffer_);
      wake_ = nullptr;
      listener = std::move(listener_);
    }
    if (listener) listener->OnEnd(end);
  }

 private:
  // Returns the function to call after unlocking; empty if the connection has been woken already.
  std::function<void()> WakeOnce() REQUIRES(mutex_) {
    if (!wake_ || std::exchange(woken_, true)) return nullptr;
    return wake_;
  }

  const StreamOptions options_;
  Mutex mutex_;
  std::shared_ptr<StreamListener> listener_ GUARDED_BY(mutex_);
  std::function<void()> wake_ GUARDED_BY(mutex_);
  bool woken_ GUARDED_BY(mutex_) = false;  // since the last Take
  std::string buffer_ GUARDED_BY(mutex_);
  // Taken by the connection, but not yet passed to the kernel.
  std::size_t taken_bytes_ GUARDED_BY(mutex_) = 0;
  bool writer_waits_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  Progress progress_ GUARDED_BY(mutex_) = Progress::kOpen;
};

StreamWriter& StreamWriter::operator=(StreamWriter&& other) noexcept {
  if (this != &other) {
    Abort();
    state_ = std::move(other.state_);
  }
  return *this;
}

StreamWriter::~StreamWriter() { Abort(); }

StreamWriter::Written StreamWriter::Write(std::string_view piece) {
  return state_ ? state_->Write(piece) : Written::kEnded;
}

void StreamWriter::Finish() {
  if (const auto state = std::exchange(state_, nullptr))
    state->Close(StreamState::Progress::kFinished);
}

void StreamWriter::Abort() {
  if (const auto state = std::exchange(state_, nullptr))
    state->Close(StreamState::Progress::kAborted);
}

ResponseStream::~ResponseStream() { End(StreamEnd::kClientGone); }

const StreamOptions& ResponseStream::options() const { return state_->options(); }

void ResponseStream::Attach(std::function<void()> wake) { state_->Attach(std::move(wake)); }

ResponseStream::Progress ResponseStream::Take(std::string* out) { return state_->Take(out); }

void ResponseStream::OnSent() { state_->OnSent(); }

void ResponseStream::Drain() { state_->Drain(); }

void ResponseStream::End(StreamEnd end) { state_->End(end); }

std::pair<StreamWriter, std::shared_ptr<ResponseStream>> MakeResponseStream(
    StreamOptions options, std::shared_ptr<StreamListener> listener) {
  auto state = std::make_shared<StreamState>(std::move(options), std::move(listener));
  auto stream = std::make_shared<ResponseStream>(state);
  return {StreamWriter(std::move(state)), std::move(stream)};
}

}  // namespace gateway::http
