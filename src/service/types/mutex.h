// A mutex that the compiler can check: clang's -Wthread-safety (./dev lint) refuses code that
// touches a GUARDED_BY member without its lock. Each is exactly the class of <mutex> or
// <condition_variable> that it wraps. Source of the attributes:
// https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#ifndef GATEWAY_SERVICE_TYPES_MUTEX_H_
#define GATEWAY_SERVICE_TYPES_MUTEX_H_

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GATEWAY_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define GATEWAY_THREAD_ATTRIBUTE(x)
#endif

#define CAPABILITY(name) GATEWAY_THREAD_ATTRIBUTE(capability(name))
#define SCOPED_CAPABILITY GATEWAY_THREAD_ATTRIBUTE(scoped_lockable)
// On a member: only with the mutex held. PT_: what the pointer points to.
#define GUARDED_BY(mutex) GATEWAY_THREAD_ATTRIBUTE(guarded_by(mutex))
#define PT_GUARDED_BY(mutex) GATEWAY_THREAD_ATTRIBUTE(pt_guarded_by(mutex))
// On a function: the caller holds the mutex, or must not hold it.
#define REQUIRES(...) GATEWAY_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) GATEWAY_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) GATEWAY_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define TRY_ACQUIRE(...) GATEWAY_THREAD_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define RELEASE(...) GATEWAY_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
// On a function whose locking the analysis cannot follow; a comment says why it is right.
#define NO_THREAD_SAFETY_ANALYSIS GATEWAY_THREAD_ATTRIBUTE(no_thread_safety_analysis)

namespace gateway {

// std::mutex. Not recursive.
class CAPABILITY("mutex") Mutex {
 public:
  void Lock() ACQUIRE() { mutex_.lock(); }
  void Unlock() RELEASE() { mutex_.unlock(); }
  [[nodiscard]] bool TryLock() TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a mutex for a scope; may release it for a part of the scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.Lock(); }
  ~MutexLock() RELEASE() {
    if (held_) mutex_.Unlock();
  }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void Unlock() RELEASE() {
    held_ = false;
    mutex_.Unlock();
  }
  void Lock() ACQUIRE() {
    mutex_.Lock();
    held_ = true;
  }

 private:
  Mutex& mutex_;
  bool held_ = true;
};

// std::condition_variable on a Mutex. Wakes spuriously, so wait in a loop that checks what is
// waited for: a loop and not a predicate, because the analysis does not look into lambdas.
class CondVar {
 public:
  void Wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    static_cast<void>(lock.release());
  }
  // False once `until` has passed.
  template <typename C, typename D>
  bool WaitUntil(Mutex& mutex, std::chrono::time_point<C, D> until) REQUIRES(mutex) {
    std::unique_lock lock(mutex.mutex_, std::adopt_lock);
    const bool in_time = condition_.wait_until(lock, until) == std::cv_status::no_timeout;
    static_cast<void>(lock.release());
    return in_time;
  }
  void NotifyOne() { condition_.notify_one(); }
  void NotifyAll() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_MUTEX_H_
