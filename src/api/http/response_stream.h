// An answer whose body is written piece by piece, from any thread, while the client already reads
// it: chunked in HTTP/1.1, up to the end of the connection in HTTP/1.0, without a body to HEAD.
//
//   MakeResponseStream -> {writer, stream};  response.stream = stream;  responder.Send(response)
//   writer.Write ... -> kFull -> (OnWritable) -> writer.Write ... -> writer.Finish()
//
// The handler keeps the StreamWriter, the Response takes the ResponseStream to the connection. A
// handler may write before the answer is sent. The deadline of a request ends when its answer
// begins; from then on the StreamOptions bound what a slow client costs.
#ifndef GATEWAY_API_HTTP_RESPONSE_STREAM_H_
#define GATEWAY_API_HTTP_RESPONSE_STREAM_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gateway::http {

struct StreamOptions {
  // What has been written and is not with the kernel yet. A single larger piece is taken while
  // nothing else waits.
  std::size_t max_buffered_bytes = std::size_t{64} * 1024;
  // Sent whenever nothing else has been for `heartbeat_interval`; 0: never.
  std::string heartbeat = {};
  std::chrono::milliseconds heartbeat_interval{0};
  // The connection is closed when the client takes nothing for so long although something waits.
  std::chrono::milliseconds stall_timeout{30'000};
  // How long a writer may go on after OnDrain.
  std::chrono::milliseconds drain_timeout{1'000};
};

// Why a stream has ended.
enum class StreamEnd : std::uint8_t {
  kFinished,    // by Finish; all that was written is with the kernel
  kAborted,     // by Abort, or because the writer was destroyed
  kClientGone,  // closed by the client, or a connection that ended before the answer began
  kStalled,     // stall_timeout
  kDrained,     // drain_timeout
};

// Called on the connection's I/O thread, one call at a time, never within a call of the writer;
// must not block. May call the writer. Only OnEnd may come from another thread, if the answer never
// reaches its connection.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // After a Write that returned kFull: at most half of the buffer is in use.
  virtual void OnWritable() = 0;
  // The server shuts down. The writer may still say goodbye, and finishes within drain_timeout.
  virtual void OnDrain() = 0;
  // The last call; always comes, also when the client has gone before the answer began.
  virtual void OnEnd(StreamEnd end) = 0;
};

// What both sides share.
class StreamState;

// The writer's side. Movable; any thread, one call at a time. Destroyed without Finish it aborts.
class StreamWriter final {
 public:
  enum class Written : std::uint8_t {
    kTaken,
    kFull,   // nothing was taken; OnWritable follows
    kEnded,  // nothing was taken, and nothing will be
  };

  StreamWriter() = default;
  explicit StreamWriter(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  StreamWriter(StreamWriter&& other) noexcept = default;
  StreamWriter& operator=(StreamWriter&& other) noexcept;
  ~StreamWriter();

  Written Write(std::string_view piece);
  // No more follows. What was written is still sent, then the last chunk.
  void Finish();
  // Drops what was not sent and closes the connection without the last chunk, so that the client
  // does not take what it has for the whole. (In HTTP/1.0, where the end of the connection is that
  // of the answer, it is reset.)
  void Abort();

 private:
  std::shared_ptr<StreamState> state_;
};

// The connection's side; it alone calls it, on its own thread. Destroyed without End the stream has
// ended as kClientGone.
class ResponseStream final {
 public:
  enum class Progress : std::uint8_t { kOpen, kFinished, kAborted };

  explicit ResponseStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;
  ~ResponseStream();

  const StreamOptions& options() const;
  // From now on `wake`, which must be callable from any thread, is called when the writer has done
  // something since the last Take. Take afterwards: what was written before wakes nobody.
  void Attach(std::function<void()> wake);
  // Appends to `*out` what has been written. kFinished: nothing follows.
  Progress Take(std::string* out);
  // What was taken is with the kernel. May call OnWritable.
  void OnSent();
  // Calls OnDrain.
  void Drain();
  // Calls OnEnd, once; nothing is written any more.
  void End(StreamEnd end);

 private:
  const std::shared_ptr<StreamState> state_;
};

// `listener` is kept until OnEnd.
std::pair<StreamWriter, std::shared_ptr<ResponseStream>> MakeResponseStream(
    StreamOptions options, std::shared_ptr<StreamListener> listener);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_RESPONSE_STREAM_H_
