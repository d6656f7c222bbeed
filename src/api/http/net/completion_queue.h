// The only way into an I/O thread: any thread pushes answers, new connections and commands, and the
// thread of the loop takes them. Shared with every Responder, so that it outlives the loop: entries
// pushed after Close are dropped. Answers given on the loop's own thread need no lock and no
// wake-up.
#ifndef GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_
#define GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_

#include <chrono>
#include <functional>
#include <mutex>
#include <vector>

#include "api/http/handler.h"

namespace gateway::http {

class CompletionQueue final {
 public:
  struct Completion {
    RequestId id;
    Responder::Build build;
  };
  using Task = std::function<void()>;
  using SetDeadline = std::function<void(RequestId, std::chrono::steady_clock::time_point, Task)>;

  CompletionQueue();
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;
  ~CompletionQueue();

  // Any thread.
  void Push(Completion completion);
  void Post(Task task);

  // The loop's thread only.
  void Open(SetDeadline set_deadline);  // makes the calling thread the owner
  void Close();
  void ClearWakeUp() const;  // before Take, or a wake-up is lost
  // Moves everything out, in order. False if there was nothing.
  bool Take(std::vector<Completion>* completions, std::vector<Task>* tasks);
  void Deadline(RequestId id, std::chrono::steady_clock::time_point when, Task task) const;

  // Becomes readable when there are entries to take.
  int fd() const { return event_fd_; }

 private:
  bool OnOwnThread() const;
  void WakeUp() const;

  const int event_fd_;
  std::vector<Completion> own_;  // pushed by the owner itself
  SetDeadline set_deadline_;

  std::mutex mutex_;
  bool closed_ = false;
  std::vector<Completion> completions_;
  std::vector<Task> tasks_;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_
