// The only way into an I/O thread: any thread pushes messages for its connections, new connections
// and commands; the loop's thread takes them out. Every handle of a request shares the queue, which
// may therefore outlive the loop and drops everything pushed after Close. Messages from the loop's
// own thread skip the lock and the wake-up.
#ifndef GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_
#define GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_

#include <chrono>
#include <functional>
#include <variant>
#include <vector>

#include "api/http/responder.h"
#include "service/types/mutex.h"

namespace gateway::http {

class CompletionQueue final : public ConnectionChannel {
 public:
  struct WakeUp {};
  struct Completion {
    RequestId id;
    std::variant<Build, Decision, WakeUp> message;
  };
  using OnDeadlineSet = std::function<void(RequestId, std::chrono::steady_clock::time_point, Task)>;

  CompletionQueue();
  CompletionQueue(const CompletionQueue&) = delete;
  CompletionQueue& operator=(const CompletionQueue&) = delete;
  ~CompletionQueue() override;

  // Any thread.
  void Answer(RequestId id, Build build) override;
  void Decide(RequestId id, Decision decision) override;
  void Wake(RequestId id) override;
  void Post(Task task);

  // The loop's thread only. Open makes the calling thread the owner; SetDeadline calls
  // `on_deadline_set`.
  void Open(OnDeadlineSet on_deadline_set);
  void Close();
  void ClearWakeUp() const;  // before Take, or a wake-up is lost
  // Moves everything out, in order. False if there was nothing.
  bool Take(std::vector<Completion>* completions, std::vector<Task>* tasks);
  void SetDeadline(RequestId id, std::chrono::steady_clock::time_point when, Task task) override;

  // Becomes readable when there are entries to take.
  int fd() const { return event_fd_; }

 private:
  bool OnOwnThread() const;
  void Push(Completion completion);
  void Signal() const;

  const int event_fd_;
  std::vector<Completion> own_;    // pushed by the owner; unguarded: only its thread uses it
  OnDeadlineSet on_deadline_set_;  // unguarded: likewise

  Mutex mutex_;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::vector<Completion> completions_ GUARDED_BY(mutex_);
  std::vector<Task> tasks_ GUARDED_BY(mutex_);
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_COMPLETION_QUEUE_H_
