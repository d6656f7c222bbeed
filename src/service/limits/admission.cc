#include "service/limits/admission.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace gateway {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr std::chrono::seconds kSamplePeriod{1};
// Between refusals further apart than this the gateway may have been idle, so their mean rate means
// nothing.
constexpr std::chrono::seconds kSampleTooOld{10};

double DrainSeconds(std::size_t in_flight, std::uint64_t drained, Seconds elapsed) {
  if (in_flight == 0) return 0;
  if (drained == 0) return Admission::kMaxRetryAfterSeconds;
  return static_cast<double>(in_flight) * elapsed.count() / static_cast<double>(drained);
}

}  // namespace

int Admission::RetryAfterSeconds(Clock::TimePoint now) {
  const MutexLock lock(pace_mutex_);
  const Sample current{now, drained_requests_.load(std::memory_order_relaxed),
                       drained_bytes_.load(std::memory_order_relaxed)};
  if (!sample_ || now - sample_->at > kSampleTooOld) {
    sample_ = current;
    retry_after_seconds_ = 1;
  } else if (const Seconds elapsed = now - sample_->at; elapsed >= kSamplePeriod) {
    const double drain =
        std::max(DrainSeconds(requests(), current.requests - sample_->requests, elapsed),
                 DrainSeconds(bytes(), current.bytes - sample_->bytes, elapsed));
    sample_ = current;
    retry_after_seconds_ = static_cast<int>(
        std::clamp(std::ceil(drain), 1.0, static_cast<double>(kMaxRetryAfterSeconds)));
  }
  return retry_after_seconds_;
}

}  // namespace gateway
