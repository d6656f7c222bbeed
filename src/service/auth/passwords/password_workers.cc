#include "service/auth/passwords/password_workers.h"

#include <utility>

namespace gateway {

PasswordWorkers::~PasswordWorkers() {
  std::vector<std::thread> threads;
  std::deque<Task> dropped;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    dropped.swap(waiting_);
    wake_.NotifyAll();
  }
  for (std::thread& thread : threads) thread.join();
}

bool PasswordWorkers::TryRun(Task task) {
  const MutexLock lock(mutex_);
  if (waiting_.size() >= kMaxWaiting || stopping_) return false;
  while (threads_.size() < kThreads) threads_.emplace_back([this] { Work(); });
  waiting_.push_back(std::move(task));
  wake_.NotifyOne();
  return true;
}

void PasswordWorkers::Work() {
  if (start_thread_) start_thread_();
  MutexLock lock(mutex_);
  while (true) {
    while (waiting_.empty() && !stopping_) wake_.Wait(mutex_);
    if (stopping_) return;
    {
      const Task task = std::move(waiting_.front());
      waiting_.pop_front();
      lock.Unlock();
      task();
    }
    lock.Lock();
  }
}

}  // namespace gateway
