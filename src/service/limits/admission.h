// The gateway's budgets: requests and bytes in flight (Limits:MaxInFlightRequests,
// Limits:MaxInFlightBytes). A request counts from its head, its bytes as they arrive, and the
// overhead of its records once they are parsed. Everything is released after the last delivery
// report, because librdkafka points into the bytes until then, even if the client has disconnected.
// Any thread; lock-free except RetryAfterSeconds, which only refused requests need.
#ifndef GATEWAY_SERVICE_LIMITS_ADMISSION_H_
#define GATEWAY_SERVICE_LIMITS_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "service/ports/clock.h"
#include "service/types/mutex.h"

namespace gateway {

class Admission final {
 public:
  Admission(std::size_t max_requests, std::size_t max_bytes)
      : max_requests_(max_requests), max_bytes_(max_bytes) {}

  // One request's share of the budgets; its destructor releases it. Not thread-safe itself.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
    Ticket& operator=(Ticket&& other) noexcept {
      std::swap(owner_, other.owner_);
      std::swap(bytes_, other.bytes_);
      return *this;
    }
    ~Ticket() {
      if (owner_ == nullptr) return;
      owner_->requests_.fetch_sub(1, std::memory_order_relaxed);
      owner_->bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
      owner_->drained_requests_.fetch_add(1, std::memory_order_relaxed);
      owner_->drained_bytes_.fetch_add(bytes_, std::memory_order_relaxed);
    }
    explicit operator bool() const { return owner_ != nullptr; }

    // The request now has `bytes` in total; nothing is released before the end.
    [[nodiscard]] bool Grow(std::size_t bytes) { return bytes <= bytes_ || Add(bytes - bytes_); }

    // Reserves `more` bytes. Returns false, and reserves nothing, if the limit would be exceeded.
    // The only request in flight is never refused, because it could not succeed later either.
    [[nodiscard]] bool Add(std::size_t more) {
      if (owner_ == nullptr) return true;
      // A refused request must not be in the sum even briefly: others would be refused because of
      // it.
      std::size_t before = owner_->bytes_.load(std::memory_order_relaxed);
      do {
        if (before + more > owner_->max_bytes_ && before != bytes_) return false;
      } while (
          !owner_->bytes_.compare_exchange_weak(before, before + more, std::memory_order_relaxed));
      bytes_ += more;
      return true;
    }

   private:
    friend class Admission;
    explicit Ticket(Admission* owner) : owner_(owner) {}
    Admission* owner_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // Returns an empty ticket if the limit on requests has been reached.
  [[nodiscard]] Ticket TryAdmit() {
    if (requests_.fetch_add(1, std::memory_order_relaxed) >= max_requests_) {
      requests_.fetch_sub(1, std::memory_order_relaxed);
      return {};
    }
    return Ticket(this);
  }

  // For a refused request: how long the requests in flight take to complete at the rate of the last
  // seconds; from 1 to kMaxRetryAfterSeconds. 1 while the rate is unknown.
  static constexpr int kMaxRetryAfterSeconds = 30;
  int RetryAfterSeconds(Clock::TimePoint now);

  std::size_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Sample {
    Clock::TimePoint at;
    std::uint64_t requests = 0;  // drained until then
    std::uint64_t bytes = 0;
  };

  const std::size_t max_requests_;
  const std::size_t max_bytes_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> bytes_{0};
  std::atomic<std::uint64_t> drained_requests_{0};
  std::atomic<std::uint64_t> drained_bytes_{0};

  Mutex pace_mutex_;
  std::optional<Sample> sample_ GUARDED_BY(pace_mutex_);
  int retry_after_seconds_ GUARDED_BY(pace_mutex_) = 1;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_LIMITS_ADMISSION_H_
