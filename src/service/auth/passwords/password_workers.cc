#include "service/auth/passwords/password_workers.h"

#include <utility>

namespace gateway {

PasswordWorkers::~PasswordWorkers() {
  std::vector<std::thread> threads;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    wake_.NotifyAll();
  }
  for (std::thread& thread : threads) thread.join();
}

bool PasswordWorkers::TryRun(std::shared_ptr<const SlowCheck> check, Done done) {
  const MutexLock lock(mutex_);
  if (stopping_) return false;
  const auto same = pending_.find(check->password);
  if (same != pending_.end()) {
    same->second.push_back(std::move(done));
    return true;
  }
  if (waiting_.size() >= kMaxWaiting) return false;
  while (threads_.size() < kThreads) threads_.emplace_back([this] { Work(); });
  pending_[check->password].push_back(std::move(done));
  waiting_.push_back(std::move(check));
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
      const std::shared_ptr<const SlowCheck> check = std::move(waiting_.front());
      waiting_.pop_front();
      lock.Unlock();
      const bool passed = check->passes();
      lock.Lock();
      const Pending::node_type finished = pending_.extract(check->password);
      lock.Unlock();
      for (const Done& done : finished.mapped()) done(passed);
    }
    lock.Lock();
  }
}

}  // namespace gateway
