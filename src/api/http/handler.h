// The seam between HTTP and the rest of `api`: a head to decide on, a complete request in, one
// answer out, from any thread. Nothing above this seam knows Pistache, sockets or threads.
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

// Names one request on one connection, for as long as anybody may want to answer it. Never reused.
struct RequestId {
  std::uint64_t connection = 0;
  std::uint64_t sequence = 0;
};

// The one right to answer one request. Movable, not copyable; may be used from any thread, also
// after the connection or the server has gone (then the answer is dropped). Destroyed unused it
// answers 500, so that no client ever hangs.
class Responder final {
 public:
  using Build = std::function<Response()>;

  Responder() = default;
  Responder(std::shared_ptr<CompletionQueue> queue, RequestId id);
  Responder(Responder&& other) noexcept;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  // Answers; the first call counts, also when several threads call it. `build` runs on the
  // connection's own I/O thread, and only if the client is still there.
  void Send(Build build);

  // True while there is somebody to answer and nobody has.
  explicit operator bool() const { return queue_ != nullptr && !sent_.load(); }

  // Asks for `on_deadline` to be called on the connection's I/O thread at `when`, unless the
  // request was answered or the client has gone by then. To be called on that thread, before
  // HttpHandler::OnRequest returns.
  void SetDeadline(std::chrono::steady_clock::time_point when, std::function<void()> on_deadline);

 private:
  std::shared_ptr<CompletionQueue> queue_;
  RequestId id_;
  // Rather than giving up `queue_`: a delivery thread may answer while the I/O thread still sets
  // the deadline.
  std::atomic<bool> sent_{false};
};

// What a handler wants to remember between a head and its request. Lives from OnHead to OnRequest.
class RequestState {
 public:
  virtual ~RequestState() = default;
  // The body that is held, decoded, has grown to `bytes`. False refuses the request (503): a budget
  // is used up.
  virtual bool OnBodyBytes(std::size_t bytes) = 0;
};

// What a handler decides on a head alone. With an `answer` the body is not read and OnRequest is
// not called.
struct HeadVerdict {
  std::optional<Response> answer;
  std::shared_ptr<RequestState> state;
  ContentCoding coding = ContentCoding::kIdentity;  // to be undone before OnRequest
};

// Called on I/O threads, several at once; must not block. What it throws is answered with 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // `peer` is the client's address, without port.
  virtual HeadVerdict OnHead(const RequestHead& head, std::string_view peer) = 0;
  virtual void OnRequest(Request request, std::shared_ptr<RequestState> state,
                         Responder responder) = 0;
  // The answer for what never became a request (`head` is null), or whose body failed. The
  // connection closes after it.
  virtual Response OnRefused(const FramingError& error, const RequestHead* head,
                             std::string_view peer, std::shared_ptr<RequestState> state) = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HANDLER_H_
