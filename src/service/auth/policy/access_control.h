// Holds the access policy that is in effect. Owned by class Gateway, which replaces the policy when
// the access file changes; I/O threads take the policy once per request. Any thread.
#ifndef GATEWAY_SERVICE_AUTH_POLICY_ACCESS_CONTROL_H_
#define GATEWAY_SERVICE_AUTH_POLICY_ACCESS_CONTROL_H_

#include <atomic>
#include <memory>
#include <utility>

#include "service/auth/policy/access_policy.h"
#include "service/types/mutex.h"

namespace gateway {

class AccessControl final {
 public:
  explicit AccessControl(std::shared_ptr<const AccessPolicy> policy) : policy_(std::move(policy)) {}

  std::shared_ptr<const AccessPolicy> current() const {
    const MutexLock lock(mutex_);
    return policy_;
  }
  void Replace(std::shared_ptr<const AccessPolicy> policy) {
    stale_ = false;
    const MutexLock lock(mutex_);
    policy_.swap(policy);  // the old one is destroyed after the mutex is released
  }

  // True if the access file has changed but has errors, so that an earlier version stays in effect.
  bool stale() const { return stale_; }
  void MarkStale() { stale_ = true; }

 private:
  std::atomic<bool> stale_{false};
  mutable Mutex mutex_;  // a leaf, held for some nanoseconds
  std::shared_ptr<const AccessPolicy> policy_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_POLICY_ACCESS_CONTROL_H_
