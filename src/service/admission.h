// The gateway's own budgets: requests and bytes in flight (Limits:MaxInFlightRequests,
// Limits:MaxInFlightBytes). Taken before work starts, given back when the last delivery report is
// in, because librdkafka points into the bytes until then, also when the client has long gone.
// Wait-free; any thread.
#ifndef GATEWAY_SERVICE_ADMISSION_H_
#define GATEWAY_SERVICE_ADMISSION_H_

#include <atomic>
#include <cstddef>
#include <utility>

namespace gateway {

class Admission final {
 public:
  // 0 means no limit.
  Admission(std::size_t max_requests, std::size_t max_bytes)
      : max_requests_(max_requests), max_bytes_(max_bytes) {}

  // A share of the budgets; gives it back when destroyed.
  class Ticket {
   public:
    Ticket() = default;
    Ticket(Ticket&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), bytes_(other.bytes_) {}
    Ticket& operator=(Ticket&& other) noexcept {
      if (this != &other) {
        Release();
        owner_ = std::exchange(other.owner_, nullptr);
        bytes_ = other.bytes_;
      }
      return *this;
    }
    ~Ticket() { Release(); }
    explicit operator bool() const { return owner_ != nullptr; }

   private:
    friend class Admission;
    Ticket(Admission* owner, std::size_t bytes) : owner_(owner), bytes_(bytes) {}
    void Release() {
      if (owner_ != nullptr) std::exchange(owner_, nullptr)->GiveBack(bytes_);
    }
    Admission* owner_ = nullptr;
    std::size_t bytes_ = 0;
  };

  // An empty ticket if a budget is used up. One request is always admitted when none is in flight.
  [[nodiscard]] Ticket TryAdmit(std::size_t bytes) {
    const std::size_t requests = requests_.fetch_add(1, std::memory_order_relaxed);
    const std::size_t held = bytes_.fetch_add(bytes, std::memory_order_relaxed);
    const bool over = (max_requests_ != 0 && requests >= max_requests_) ||
                      (max_bytes_ != 0 && held + bytes > max_bytes_ && requests != 0);
    if (over) {
      GiveBack(bytes);
      return {};
    }
    return {this, bytes};
  }

  std::size_t requests() const { return requests_.load(std::memory_order_relaxed); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  void GiveBack(std::size_t bytes) {
    requests_.fetch_sub(1, std::memory_order_relaxed);
    bytes_.fetch_sub(bytes, std::memory_order_relaxed);
  }

  const std::size_t max_requests_;
  const std::size_t max_bytes_;
  std::atomic<std::size_t> requests_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_ADMISSION_H_
