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

void CompletionQueue::WakeUp() const { eventfd_write(event_fd_, 1); }

void CompletionQueue::ClearWakeUp() const {
  eventfd_t count = 0;
  eventfd_read(event_fd_, &count);
}

void CompletionQueue::Open(SetDeadline set_deadline) {
  set_deadline_ = std::move(set_deadline);
  current_queue = this;
}

void CompletionQueue::Close() {
  current_queue = nullptr;
  std::vector<Completion> completions;
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    completions.swap(completions_);
    tasks.swap(tasks_);
  }
  own_.clear();
  set_deadline_ = nullptr;
}

void CompletionQueue::Push(Completion completion) {
  if (OnOwnThread()) {
    own_.push_back(std::move(completion));
    return;
  }
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    was_empty = completions_.empty() && tasks_.empty();
    completions_.push_back(std::move(completion));
  }
  if (was_empty) WakeUp();
}

void CompletionQueue::Post(Task task) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return;
    was_empty = completions_.empty() && tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (was_empty) WakeUp();
}

bool CompletionQueue::Take(std::vector<Completion>* completions, std::vector<Task>* tasks) {
  MoveAll(&own_, completions);
  const std::lock_guard lock(mutex_);
  MoveAll(&completions_, completions);
  MoveAll(&tasks_, tasks);
  return !completions->empty() || !tasks->empty();
}

void CompletionQueue::Deadline(RequestId id, std::chrono::steady_clock::time_point when,
                               Task task) const {
  if (OnOwnThread() && set_deadline_) set_deadline_(id, when, std::move(task));
}

// ---- Responder
// -----------------------------------------------------------------------------------------------------

Responder::Responder(std::shared_ptr<CompletionQueue> queue, RequestId id)
    : queue_(std::move(queue)), id_(id) {}

Responder::Responder(Responder&& other) noexcept
    : queue_(std::move(other.queue_)), id_(other.id_), sent_(other.sent_.load()) {}

Responder& Responder::operator=(Responder&& other) noexcept {
  if (this != &other) {
    Responder dropped(std::move(*this));  // answers 500 if still unused
    queue_ = std::move(other.queue_);
    id_ = other.id_;
    sent_.store(other.sent_.load());
  }
  return *this;
}

Responder::~Responder() {
  if (!*this) return;
  Send([] {
    Response response;
    response.status = 500;
    return response;
  });
}

void Responder::Send(Build build) {
  if (queue_ == nullptr || sent_.exchange(true)) return;
  queue_->Push({id_, std::move(build)});
}

void Responder::SetDeadline(std::chrono::steady_clock::time_point when,
                            std::function<void()> on_deadline) {
  if (queue_) queue_->Deadline(id_, when, std::move(on_deadline));
}

}  // namespace gateway::http
