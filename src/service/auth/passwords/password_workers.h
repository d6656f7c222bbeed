// The threads that compute slow password hashes ("passwords"): two at once, and a hundred more may
// wait. Any number of requests may wait for the same hash, so that many copies of a client, which
// share a password, can start at once. Owned by class Gateway; outlives the servers. Any thread.
#ifndef GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_
#define GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/expiring_digests.h"
#include "service/ports/hasher.h"
#include "service/types/mutex.h"

namespace gateway {

class PasswordWorkers final {
 public:
  static constexpr std::size_t kThreads = 2;
  static constexpr std::size_t kMaxWaiting = 100;

  // Must not throw.
  using Done = std::function<void(bool passed)>;

  // `start_thread`: each worker calls it first, for example to name itself; may be empty.
  explicit PasswordWorkers(std::function<void()> start_thread = nullptr)
      : start_thread_(std::move(start_thread)) {}
  PasswordWorkers(const PasswordWorkers&) = delete;
  PasswordWorkers& operator=(const PasswordWorkers&) = delete;
  // Waits for the running checks, and drops the waiting ones.
  ~PasswordWorkers();

  // Has a worker run the check, and calls `done` there. While one of the same password waits or
  // runs, only that one is run. False if too many wait; `done` is then not called. The first call
  // starts the threads.
  bool TryRun(std::shared_ptr<const SlowCheck> check, Done done);

 private:
  // Checks that wait or run, by SlowCheck::password, with all that is to be done afterwards.
  using Pending = std::unordered_map<Sha256Digest, std::vector<Done>, DigestHash>;

  void Work();

  const std::function<void()> start_thread_;
  Mutex mutex_;
  CondVar wake_;  // unguarded: synchronizes itself
  std::deque<std::shared_ptr<const SlowCheck>> waiting_ GUARDED_BY(mutex_);
  Pending pending_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_WORKERS_H_
