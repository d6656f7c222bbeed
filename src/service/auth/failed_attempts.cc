#include "service/auth/failed_attempts.h"

#include <utility>

namespace gateway {

void FailedAttempts::Rotate(Clock::TimePoint now) {
  if (now < rotate_at_ && recent_.size() < kMaxNetworks / 2) return;
  older_ = std::exchange(recent_, {});
  rotate_at_ = now + kWindow;
}

std::chrono::nanoseconds FailedAttempts::Count(const std::string& network, Clock::TimePoint now) {
  if (!limited_) return {};
  const MutexLock lock(mutex_);
  Rotate(now);
  if (auto known = older_.extract(network)) recent_.insert(std::move(known));
  return recent_[network].Take(rate_, 1, now);
}

std::chrono::nanoseconds FailedAttempts::Wait(const std::string& network,
                                              Clock::TimePoint now) const {
  if (!limited_) return {};
  const MutexLock lock(mutex_);
  for (const Buckets* const buckets : {&recent_, &older_}) {
    const auto found = buckets->find(network);
    if (found != buckets->end()) return found->second.Wait(rate_, 1, now);
  }
  return {};
}

std::size_t FailedAttempts::size() const {
  const MutexLock lock(mutex_);
  return recent_.size() + older_.size();
}

}  // namespace gateway
