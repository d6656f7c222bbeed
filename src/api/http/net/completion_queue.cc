#include "api/http/net/completion_queue.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

namespace gateway::http {
namespace {

// The queue whose loop runs on this thread, so that "on my own thread" is a comparison of two
// pointers.
thread_local const CompletionQueue* current_queue = nullptr;

int MakeEventFd() {
  const int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  return fd;
}

template <typename T>
void MoveAll(std::vector<T>* from, std::vector<T>* to) {
  if (to->empty()) {
    to->swap(*from);
  } else {
    to->insert(to->end(), std::make_move_iterator(from->begin()),
               std::make_move_iterator(from->end()));
    from->clear();
  }
}

}  // namespace

CompletionQueue::CompletionQueue() : event_fd_(MakeEventFd()) {}

CompletionQueue::~CompletionQueue() { close(event_fd_); }

bool CompletionQueue::OnOwnThread() const { return current_queue == this; }

void CompletionQueue::Signal() const { eventfd_write(event_fd_, 1); }

void CompletionQueue::ClearWakeUp() const {
  eventfd_t count = 0;
  eventfd_read(event_fd_, &count);
}

void CompletionQueue::Open(OnDeadlineSet on_deadline_set) {
  on_deadline_set_ = std::move(on_deadline_set);
  current_queue = this;
}

void CompletionQueue::Close() {
  current_queue = nullptr;
  std::vector<Completion> completions;
  std::vector<Task> tasks;
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    completions.swap(completions_);
    tasks.swap(tasks_);
  }
  own_.clear();
  on_deadline_set_ = nullptr;
}

void CompletionQueue::Answer(RequestId id, Build build) { Push({id, std::move(build)}); }

void CompletionQueue::Decide(RequestId id, Decision decision) { Push({id, std::move(decision)}); }

void CompletionQueue::Wake(RequestId id) { Push({id, WakeUp()}); }

void CompletionQueue::Push(Completion completion) {
  if (OnOwnThread()) {
    own_.push_back(std::move(completion));
    return;
  }
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    if (closed_) return;
    was_empty = completions_.empty() && tasks_.empty();
    completions_.push_back(std::move(completion));
  }
  if (was_empty) Signal();
}

void CompletionQueue::Post(Task task) {
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    if (closed_) return;
    was_empty = completions_.empty() && tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (was_empty) Signal();
}

bool CompletionQueue::Take(std::vector<Completion>* completions, std::vector<Task>* tasks) {
  MoveAll(&own_, completions);
  const MutexLock lock(mutex_);
  MoveAll(&completions_, completions);
  MoveAll(&tasks_, tasks);
  return !completions->empty() || !tasks->empty();
}

void CompletionQueue::SetDeadline(RequestId id, std::chrono::steady_clock::time_point when,
                                  Task task) {
  if (OnOwnThread() && on_deadline_set_) on_deadline_set_(id, when, std::move(task));
}

}  // namespace gateway::http
