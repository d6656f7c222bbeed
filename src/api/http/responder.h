// The handles with which any thread answers a request, decides on its head or wakes its connection,
// and the channel that carries these messages to the connection's own thread.
#ifndef GATEWAY_API_HTTP_RESPONDER_H_
#define GATEWAY_API_HTTP_RESPONDER_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "api/http/message.h"

namespace gateway::http {

struct HeadVerdict;

// Identifies one request on one connection. Never reused.
struct RequestId {
  std::uint64_t connection = 0;
  std::uint64_t sequence = 0;
};

// Carries messages to the thread that owns a connection. Shared by all handles; outlives
// connections and the server, and drops messages that come too late. Any thread, except where
// noted.
class ConnectionChannel {
 public:
  using Build = std::function<Response()>;
  using Decision = std::function<HeadVerdict(const RequestHead&)>;
  using Task = std::function<void()>;

  virtual ~ConnectionChannel() = default;
  // The function runs on the connection's thread, and only if the client is still connected and the
  // request still waits for it.
  virtual void Answer(RequestId id, Build build) = 0;
  virtual void Decide(RequestId id, Decision decision) = 0;
  // Makes the connection continue with the request: its stream has bytes, or the pause of its body
  // has ended.
  virtual void Wake(RequestId id) = 0;
  // On the connection's thread only: runs `task` there at `when` unless the request has been
  // answered or the client has disconnected by then.
  virtual void SetDeadline(RequestId id, std::chrono::steady_clock::time_point when, Task task) = 0;
};

// The one right to answer one request. Movable, not copyable; may be used from any thread, also
// after the connection or the server has gone (then the answer is dropped). If it is destroyed
// unused, it answers 500, so that no client ever hangs.
class Responder final {
 public:
  using Build = ConnectionChannel::Build;

  Responder() = default;
  Responder(std::shared_ptr<ConnectionChannel> channel, RequestId id);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  // Answers; the first call counts, also when several threads call it.
  void Send(Build build);

  // True until the request has been answered; false without a request.
  explicit operator bool() const { return channel_ != nullptr && !sent_.load(); }

  // Schedules `on_deadline` on the connection's I/O thread at `when`; it is not called if the
  // request has been answered or the client has disconnected by then. Call it on that thread,
  // before HttpHandler::OnRequest returns.
  void SetDeadline(std::chrono::steady_clock::time_point when, std::function<void()> on_deadline);

 private:
  std::shared_ptr<ConnectionChannel> channel_;
  RequestId id_;
  // A flag, because resetting `channel_` would be a race: a delivery thread may answer while the
  // I/O thread still sets the deadline.
  std::atomic<bool> sent_{false};
};

// The one right to decide on a head whose verdict was postponed (HeadVerdict::later). Movable; any
// thread, one call at a time; no effect once the client has disconnected. If it is destroyed
// unused, it answers 500.
class VerdictHandle final {
 public:
  using Decision = ConnectionChannel::Decision;

  VerdictHandle() = default;
  VerdictHandle(std::shared_ptr<ConnectionChannel> channel, RequestId id);
  VerdictHandle(VerdictHandle&& other) noexcept = default;
  VerdictHandle& operator=(VerdictHandle&& other) noexcept;
  ~VerdictHandle();

  // `decision` runs on the connection's I/O thread, with the head, to which it must keep no
  // reference. Its verdict may be `later` again. Only the first call counts.
  void Decide(Decision decision);

 private:
  std::shared_ptr<ConnectionChannel> channel_;  // null once it has decided
  RequestId id_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_RESPONDER_H_
