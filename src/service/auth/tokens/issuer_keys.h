// Holds the key set of one issuer that is in effect. Shared by the policies that trust the issuer
// and by the fetcher of its keys; survives reloads of the access file. Any thread.
#ifndef GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_
#define GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "service/auth/tokens/key_set.h"
#include "service/ports/clock.h"
#include "service/types/mutex.h"

namespace gateway {

// The state of the fetched keys of one issuer, for /health and metrics.
struct IssuerKeyStatus {
  std::string issuer{};  // its name in the access file
  std::size_t keys = 0;  // in effect; without any, the issuer's tokens get a 503
  std::optional<std::chrono::milliseconds> age{};  // since the last good fetch; absent: none yet
  std::uint64_t failures = 0;                      // fetches that failed
  bool failing = false;                            // the last fetch failed
};

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

  // The outcome of a fetch, in addition to Replace.
  void OnFetched(Clock::TimePoint now) {
    const MutexLock lock(mutex_);
    fetched_ = now;
    failing_ = false;
  }
  void OnFetchFailed() {
    const MutexLock lock(mutex_);
    ++failures_;
    failing_ = true;
  }
  bool are_fetched() const { return on_unknown_key_ != nullptr; }
  // Without the issuer's name, because issuers may share keys.
  IssuerKeyStatus StatusAt(Clock::TimePoint now) const {
    const MutexLock lock(mutex_);
    IssuerKeyStatus status;
    status.keys = keys_ ? keys_->size() : 0;
    if (fetched_) {
      status.age = std::chrono::duration_cast<std::chrono::milliseconds>(now - *fetched_);
    }
    status.failures = failures_;
    status.failing = failing_;
    return status;
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
  std::optional<Clock::TimePoint> fetched_ GUARDED_BY(mutex_);  // the last good set
  std::uint64_t failures_ GUARDED_BY(mutex_) = 0;
  bool failing_ GUARDED_BY(mutex_) = false;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_TOKENS_ISSUER_KEYS_H_
