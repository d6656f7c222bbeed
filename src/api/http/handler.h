// The interface between HTTP and the rest of `api`: decide on a head, handle a complete request,
// answer once, from any thread. Nothing above this interface depends on Pistache, sockets or
// threads.
//
//   OnHead -> {answer}                                   answered without its body
//          -> {}          -> OnRequest(with the body)    -> Responder::Send
//          -> {reader}    -> OnPiece ... -> OnRequest(without a body) -> Responder::Send
//          -> {later}     -> (another thread) VerdictHandle::Decide -> one of the above
//   OnRefused instead of OnRequest when the request cannot be taken any further.
#ifndef GATEWAY_API_HTTP_HANDLER_H_
#define GATEWAY_API_HTTP_HANDLER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "api/http/message.h"
#include "api/http/peer.h"
#include "api/http/request_error.h"
#include "api/http/responder.h"

namespace gateway::http {

// What a handler keeps between a head and its request. Lives from OnHead to OnRequest.
class RequestState {
 public:
  virtual ~RequestState() = default;
  // The body, decoded, has grown to `bytes` in all. False refuses the request (503): a budget is
  // used up.
  virtual bool OnBodyBytes(std::size_t bytes) = 0;
};

// What a reader wants after a piece of a body.
struct BodyStep {
  bool pause = false;              // nothing more is read until BodyFlow::Resume
  std::optional<Response> answer;  // ends the request: the rest of its body is discarded
};

// Lets a reader's body flow again. Any thread, as often as it likes; harmless once the request or
// the client has gone.
class BodyFlow final {
 public:
  BodyFlow() = default;
  BodyFlow(std::shared_ptr<ConnectionChannel> channel, RequestId id)
      : channel_(std::move(channel)), id_(id) {}
  // Ends a pause. One that is called after OnPiece began ends the pause that this call returns.
  void Resume() const {
    if (channel_) channel_->Wake(id_);
  }

 private:
  std::shared_ptr<ConnectionChannel> channel_;
  RequestId id_;
};

// Consumes a body as it arrives, instead of having it collected. Called on the connection's I/O
// thread; must not block. Let go after OnRequest, or when the request ends in another way.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Before the first piece, also of a body without bytes.
  virtual void OnStart(BodyFlow flow) = 0;
  // The next bytes, decoded; valid during the call. While a reader pauses, the client is held back
  // by TCP and its time does not run; the limits of size hold for the pieces together.
  virtual BodyStep OnPiece(std::string_view piece) = 0;
};

// What a handler decides on a head alone. Of `answer`, `later` and `reader` at most one is set.
struct HeadVerdict {
  // The body is not read and OnRequest is not called.
  std::optional<Response> answer = {};
  std::shared_ptr<RequestState> state = {};
  ContentCoding coding = ContentCoding::kIdentity;  // to be undone before OnRequest
  // Takes the body; OnRequest then has none.
  std::shared_ptr<BodyReader> reader = {};
  // The verdict comes later: called at once with the handle to give it by. Until then nothing is
  // read from the client beyond what has been read already, and 100 Continue is not sent.
  std::function<void(VerdictHandle)> later = {};
};

// Called concurrently on I/O threads; must not block. Exceptions are answered with 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  virtual HeadVerdict OnHead(const RequestHead& head, const Peer& peer) = 0;
  virtual void OnRequest(Request request, std::shared_ptr<RequestState> state,
                         Responder responder) = 0;
  // The answer for input that never became a request (`head` is null), or whose body failed. The
  // connection closes after it.
  virtual Response OnRefused(const RequestError& error, const RequestHead* head, const Peer& peer,
                             std::shared_ptr<RequestState> state) = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HANDLER_H_
