// Holds the key set of one issuer that is in effect. Shared by the policies that trust the issuer
// and by the fetcher of its keys; survives reloads of the access file. Any thread.
#ifndef GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_
#define GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_

#include <atomic>
#include <functional>
#include <utility>

#include "service/auth/tokens/key_set.h"
#include "service/types/mutex.h"

namespace gateway {

class IssuerKeys final {
 public:
  // For keys that are fetched: there are none yet. I/O threads call `on_unknown_key`, which must
  // not block; they call it again only after StopWaiting.
  explicit IssuerKeys(std::function<void()> on_unknown_key)
      : on_unknown_key_(std::move(on_unknown_key)) {}
  // For keys that do not change.
  explicit IssuerKeys(KeySetPtr keys) : keys_(std::move(keys)) {}

  KeySetPtr current() const {  // null: there are none yet, or none any more
    const MutexLock lock(mutex_);
    return keys_;
  }
  bool IsCurrent(const KeySetPtr& keys) const {
    const MutexLock lock(mutex_);
    return keys_ == keys;
  }
  void Replace(KeySetPtr keys) {
    const MutexLock lock(mutex_);
    keys_.swap(keys);  // the old ones are destroyed after the mutex is released
  }

  // A token names a key that the set does not have: the issuer may have a new one.
  void OnUnknownKey() {
    if (on_unknown_key_ && !waiting_.exchange(true)) on_unknown_key_();
  }
  bool waiting() const { return waiting_; }
  void StopWaiting() { waiting_ = false; }

 private:
  const std::function<void()> on_unknown_key_;
  std::atomic<bool> waiting_{false};  // for a fetch because of an unknown key
  mutable Mutex mutex_;               // a leaf, held for some nanoseconds
  KeySetPtr keys_ GUARDED_BY(mutex_);
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_
