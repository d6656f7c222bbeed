// Where the process is in its life. One way only: serving, then draining. Any thread may ask.
#ifndef GATEWAY_SERVICE_LIFECYCLE_H_
#define GATEWAY_SERVICE_LIFECYCLE_H_

#include <atomic>

namespace gateway {

class Lifecycle final {
 public:
  // From here on readiness is false; requests are still served (Shutdown:GraceMs).
  void BeginShutdown() { stopping_.store(true, std::memory_order_release); }
  // From here on new sends are refused with kDraining.
  void BeginDrain() {
    BeginShutdown();
    draining_.store(true, std::memory_order_release);
  }
  bool stopping() const { return stopping_.load(std::memory_order_acquire); }
  bool draining() const { return draining_.load(std::memory_order_acquire); }

 private:
  std::atomic<bool> stopping_{false};
  std::atomic<bool> draining_{false};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_LIFECYCLE_H_
