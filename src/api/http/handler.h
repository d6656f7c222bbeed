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

// The state of a request that its handler keeps from OnHead to OnRequest.
class RequestState {
 public:
  virtual ~RequestState() = default;
  // The decoded body has grown to `bytes` in total. Returns false if that exceeds a budget; the
  // connection then refuses the request.
  virtual bool OnBodyBytes(std::size_t bytes) = 0;
};

// The next step of the connection after a piece of a body.
struct BodyStep {
  bool pause = false;              // nothing more is read until BodyFlow::Resume
  std::optional<Response> answer;  // ends the request: the rest of its body is discarded
};

// The handle with which a BodyReader ends its pauses. Any thread, any number of calls; no effect
// once the request has ended or the client has disconnected.
class BodyFlow final {
 public:
  BodyFlow() = default;
  BodyFlow(std::shared_ptr<ConnectionChannel> channel, RequestId id)
      : channel_(std::move(channel)), id_(id) {}
  // Ends a pause. Called while OnPiece runs, it ends the pause that this OnPiece asks for.
  void Resume() const {
    if (channel_) channel_->Wake(id_);
  }

 private:
  std::shared_ptr<ConnectionChannel> channel_;
  RequestId id_;
};

// Consumes a body as it arrives; without a reader, the connection collects the body. Called on the
// connection's I/O thread; must not block. Released after OnRequest, or when the request ends in
// another way.
class BodyReader {
 public:
  virtual ~BodyReader() = default;
  // Called before the first piece, also if the body is empty.
  virtual void OnStart(BodyFlow flow) = 0;
  // Called with the next decoded bytes, which are valid during the call. During a pause the
  // connection reads nothing, so TCP holds the client back, and the body's deadline is suspended.
  // The size limits apply to the whole body.
  virtual BodyStep OnPiece(std::string_view piece) = 0;
};

// A handler's decision about a request, made from its head. At most one of `answer`, `later` and
// `reader` is set.
struct HeadVerdict {
  // Answers the request now; its body is discarded and OnRequest is not called.
  std::optional<Response> answer = {};
  std::shared_ptr<RequestState> state = {};
  ContentCoding coding = ContentCoding::kIdentity;  // of the body, which is decoded
  // Consumes the body; the request that OnRequest gets has none.
  std::shared_ptr<BodyReader> reader = {};
  // Postpones the verdict: called at once, with the handle that later takes the verdict. Until then
  // the connection reads nothing more from the client and sends no 100 Continue.
  std::function<void(VerdictHandle)> later = {};
};

// Called concurrently on I/O threads; must not block. Exceptions are answered with 500.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  virtual HeadVerdict OnHead(const RequestHead& head, const Peer& peer) = 0;
  virtual void OnRequest(Request request, std::shared_ptr<RequestState> state,
                         Responder responder) = 0;
  // Returns the answer to input that is no request (`head` is null), or to a request whose body
  // failed. The connection closes after it.
  virtual Response OnRefused(const RequestError& error, const RequestHead* head, const Peer& peer,
                             std::shared_ptr<RequestState> state) = 0;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HANDLER_H_
