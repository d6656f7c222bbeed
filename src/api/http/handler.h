// The interface between HTTP and the rest of `api`: decide on a head, handle a complete request,
// answer once, from any thread. Nothing above this interface depends on Pistache, sockets or
// threads.
#ifndef GATEWAY_API_HTTP_HANDLER_H_
#define GATEWAY_API_HTTP_HANDLER_H_

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "api/http/h1/head_parser.h"
#include "api/http/message.h"

namespace gateway::http {

class CompletionQueue;

// Identifies one request on one connection. Never reused.
struct RequestId {
  std::uint64_t connection = 0;
  std::uint64_t sequence = 0;
};

// The right to answer one request, once. Movable, not copyable; any thread may use it, even after
// the connection or the server is gone (then the answer is dropped). If destroyed unused it answers
// 500, so that no client ever hangs.
class Responder final {
 public:
  using Build = std::function<Response()>;

  Responder() = default;
  Responder(std::shared_ptr<CompletionQueue> queue, RequestId id);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  // Answers; the first call counts, even if several threads call it. `build` runs on the
  // connection's own I/O thread, and only if the client is still connected.
  void Send(Build build);

  // True while the request still needs an answer.
  explicit operator bool() const { return queue_ != nullptr && !sent_.load(); }

  // Calls `on_deadline` on the connection's I/O thread at `when`, unless the request has been
  // answered or the client has disconnected by then. Call on that thread, before
  // HttpHandler::OnRequest returns.
  void SetDeadline(std::chrono::steady_clock::time_point when, std::function<void()> on_deadline);

 private:
  std::shared_ptr<CompletionQueue> queue_;
  RequestId id_;
  // Instead of resetting `queue_`: a delivery thread may answer while the I/O thread still sets the
  // deadline.
  std::atomic<bool> sent_{false};
};

// A handler's state between a head and its request. Lives from OnHead to OnRequest.
class RequestState {
 public:
  virtual ~RequestState() = default;
  // The decoded body in memory has grown to `bytes`. Return false to refuse the request (503)
  // because a limit has been reached.
  virtual bool OnBodyBytes(std::size_t bytes) = 0;
};

// A handler's decision on a head. With an `answer` the body is not read and OnRequest is not
// called.
struct HeadVerdict {
  std::optional<Response> answer;
  std::shared_ptr<RequestState> state;
  ContentCoding coding = ContentCoding::kIdentity;  // to be decoded before OnRequest
};

// Called concurrently on I/O threads; must not block. Exceptions are answered with 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // `peer` is the client's address, without port.
  virtual HeadVerdict OnHead(const RequestHead& head, std::string_view peer) = 0;
  virtual void OnRequest(Request request, std::shared_ptr<RequestState> state,
                         Responder responder) = 0;
  // The answer for input that never became a request (`head` is null), or whose body failed. The
  // connection closes after it.
  virtual Response OnRefused(const FramingError& error, const RequestHead* head,
                             std::string_view peer, std::shared_ptr<RequestState> state) = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HANDLER_H_
