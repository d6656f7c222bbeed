// Writes the answers of one connection, one after the other, including streamed ones. Decides
// whether the connection closes after an answer, and whether a client reads an answer too slowly.
// Owned by a Connection; one thread.
//
// A stream continues in three ways. At its first action after each Pull, the writer wakes the
// connection (OnWake). If bytes still wait for the kernel then, the connection pulls as soon as the
// kernel has taken them (Resume). OnDeadline sends heartbeats and ends a stream that takes too
// long.
#ifndef GATEWAY_API_HTTP_NET_ANSWER_SENDER_H_
#define GATEWAY_API_HTTP_NET_ANSWER_SENDER_H_

#include <chrono>
#include <cstdint>
#include <memory>

#include "api/http/message.h"
#include "api/http/net/loop_context.h"
#include "api/http/net/response_output.h"
#include "api/http/net/stream.h"
#include "api/http/net/streamed_answer.h"
#include "api/http/responder.h"

namespace gateway::http {

class AnswerSender final {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  enum class Progress : std::uint8_t {
    kDone,    // nothing is left to write
    kBusy,    // more has to be written, now or later
    kBroken,  // the connection has to be closed at once
  };

  AnswerSender(LoopContext& loop, Stream* stream);

  // Sends 100 Continue.
  [[nodiscard]] Progress SendContinue();
  // Sends the answer to request `id`; `head` is null if it is unknown.
  [[nodiscard]] Progress Send(Response&& response, const RequestHead* head, RequestId id);
  // The descriptor may be writable.
  [[nodiscard]] Progress Resume();
  // The writer of the stream has woken the connection.
  [[nodiscard]] Progress OnWake();
  [[nodiscard]] Progress OnDeadline();
  // Notifies the writer of a stream that the server is shutting down.
  void Drain();

  // Nothing waits to be written, though a stream may go on.
  bool flushed() const { return output_.empty(); }
  bool streaming() const { return streamed_ != nullptr; }
  // True if the connection closes after the current answer or, if there is none, the next one.
  // Never becomes false again.
  bool closes() const { return closes_; }
  void CloseAfter() { closes_ = true; }
  // When OnDeadline is due.
  TimePoint deadline() const;

 private:
  Progress Flush();
  Progress Pull();
  Progress Break(StreamEnd end);
  bool IsRead();

  LoopContext& loop_;
  Stream* const stream_;
  const TimePoint old_at_;  // the first answer after this is the last
  bool closes_ = false;
  ResponseOutput output_;
  std::unique_ptr<StreamedAnswer> streamed_;  // until it has ended
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_ANSWER_SENDER_H_
