// The threads that compute slow password hashes ("passwords"): two at once, and a hundred more may
// wait. Owned by class Gateway; outlives the servers. Any thread.
#ifndef GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_
#define GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

#include "service/types/mutex.h"

namespace gateway {

class PasswordWorkers final {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kMaxWaiting = 100;

  using Task = std::function<void()>;  // must not throw

  // `start_thread`: each worker calls it first, for example to name itself; may be empty.
  explicit PasswordWorkers(Task start_thread = nullptr) : start_thread_(std::move(start_thread)) {}
  PasswordWorkers(const PasswordWorkers&) = delete;
  PasswordWorkers& operator=(const PasswordWorkers&) = delete;
  // Waits for the running tasks, and drops the waiting ones.
  ~PasswordWorkers();

  // Runs the task on a worker. False if too many wait; the task is then not run. The first call
  // starts the threads.
  bool TryRun(Task task);

 private:
  void Work();

  const Task start_thread_;
  Mutex mutex_;
  CondVar wake_;  // unguarded: synchronizes itself
  std::deque<Task> waiting_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_
