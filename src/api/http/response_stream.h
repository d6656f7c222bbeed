// An answer whose body is written piece by piece, from any thread, while the client already reads
// it: chunked in HTTP/1.1, up to the end of the connection in HTTP/1.0, without a body to HEAD.
//
//   MakeResponseStream -> {writer, stream};  response.stream = stream;  responder.Send(response)
//   writer.Write ... -> kFull -> (OnWritable) -> writer.Write ... -> writer.Finish()
//
// The handler keeps the StreamWriter; the Response carries the ResponseStream to the connection. A
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
  // Maximum number of bytes written but not yet passed to the kernel. A larger piece is accepted
  // only while the buffer is empty.
  std::size_t max_buffered_bytes = std::size_t{64} * 1024;
  // Sent after each `heartbeat_interval` in which nothing else was sent; 0: never.
  std::string heartbeat = {};
  std::chrono::milliseconds heartbeat_interval{0};
  // The connection closes if the client reads nothing for this long although bytes wait for it.
  std::chrono::milliseconds stall_timeout{30'000};
  // Maximum time for which a writer may continue after OnDrain.
  std::chrono::milliseconds drain_timeout{1'000};
};

// Why a stream has ended.
enum class StreamEnd : std::uint8_t {
  kFinished,    // Finish was called, and all bytes have been passed to the kernel
  kAborted,     // Abort was called, or the writer was destroyed
  kClientGone,  // the client disconnected, or the connection ended before the answer began
  kStalled,     // stall_timeout
  kDrained,     // drain_timeout
};

// Called on the connection's I/O thread, one call at a time, never within a call of the writer;
// must not block. May call the writer. If the answer never reaches its connection, OnEnd may come
// from another thread.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  // Follows a Write that returned kFull, as soon as at most half of the buffer is in use.
  virtual void OnWritable() = 0;
  // The server is shutting down. The writer may write its last pieces, and must finish within
  // drain_timeout.
  virtual void OnDrain() = 0;
  // The last call. It always comes, even if the client disconnected before the answer began.
  virtual void OnEnd(StreamEnd end) = 0;
};

// The state that the writer and the connection share.
class StreamState;

// The writer's side. Movable; any thread, one call at a time. If it is destroyed before Finish, it
// aborts.
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
  // Ends the stream. The connection still sends everything written, then the last chunk.
  void Finish();
  // Drops the bytes that were not sent and closes the connection without the last chunk, so that
  // the client sees that the answer is incomplete. (In HTTP/1.0, where closing the connection ends
  // the answer, the connection is reset.)
  void Abort();

 private:
  std::shared_ptr<StreamState> state_;
};

// The connection's side: only the connection calls it, on its own thread. If it is destroyed before
// End, the stream ends with kClientGone.
class ResponseStream final {
 public:
  enum class Progress : std::uint8_t { kOpen, kFinished, kAborted };

  explicit ResponseStream(std::shared_ptr<StreamState> state) : state_(std::move(state)) {}
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;
  ~ResponseStream();

  const StreamOptions& options() const;
  // From now on the writer calls `wake`, on any thread, at its first action after each Take. Call
  // Take once after Attach, because pieces written earlier cause no wake-up.
  void Attach(std::function<void()> wake);
  // Appends the bytes written since the last Take to `*out`. kFinished: nothing follows.
  Progress Take(std::string* out);
  // All bytes taken have been passed to the kernel. May call OnWritable.
  void OnSent();
  // Calls OnDrain.
  void Drain();
  // Calls OnEnd; only the first call has an effect. From now on every Write returns kEnded.
  void End(StreamEnd end);

 private:
  const std::shared_ptr<StreamState> state_;
};

// `listener` is kept until OnEnd.
std::pair<StreamWriter, std::shared_ptr<ResponseStream>> MakeResponseStream(
    StreamOptions options, std::shared_ptr<StreamListener> listener);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_RESPONSE_STREAM_H_
