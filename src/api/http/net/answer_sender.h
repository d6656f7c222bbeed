// Writes the answers of one connection, one after the other: heads and bodies, and answers that are
// streams. Decides whether the connection ends with an answer, and when a client takes it too
// slowly. Owned by a Connection; one thread.
//
// Who continues a stream: its writer wakes the connection by the first thing it does since bytes
// were last pulled (OnWake); a wake that finds bytes still waiting for the kernel is made up for
// when the kernel has taken them (Resume); heartbeats and ends in time come with OnDeadline.
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
  [[nodiscard]] Progress Send(const Response& response, const RequestHead* head, RequestId id);
  // The descriptor may take more.
  [[nodiscard]] Progress Resume();
  // The writer of the stream has done something.
  [[nodiscard]] Progress OnWake();
  [[nodiscard]] Progress OnDeadline();
  // Tells the writer of a stream that the server shuts down.
  void Drain();

  // Nothing waits to be written, though a stream may go on.
  bool flushed() const { return output_.empty(); }
  bool streaming() const { return streamed_ != nullptr; }
  // The connection ends with the answer in hand, or the next. It stays so.
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
  const TimePoint old_at_;  // an answer from then on is the last
  bool closes_ = false;
  ResponseOutput output_;
  std::unique_ptr<StreamedAnswer> streamed_;  // until it has ended
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_ANSWER_SENDER_H_
