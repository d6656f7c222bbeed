// The signals that the process waits for: SIGTERM and SIGINT (stop), SIGHUP (read the certificates
// again). Made on the main thread before any other thread starts, so that all of them inherit the
// blocked signals and none is interrupted.
#ifndef GATEWAY_INFRA_OS_SIGNALS_H_
#define GATEWAY_INFRA_OS_SIGNALS_H_

#include <chrono>

namespace gateway {

class Signals final {
 public:
  Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals();

  // Waits for a signal and returns its number.
  int Wait() const;
  // The same for at most `time`; 0 if none arrived.
  int WaitFor(std::chrono::milliseconds time) const;

 private:
  const int fd_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_SIGNALS_H_
