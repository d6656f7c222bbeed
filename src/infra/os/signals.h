// SIGTERM and SIGINT as something to wait for. Made on the main thread before any other thread
// starts, so that all of them inherit the blocked signals and none is interrupted.
#ifndef GATEWAY_INFRA_OS_SIGNALS_H_
#define GATEWAY_INFRA_OS_SIGNALS_H_

#include <chrono>

namespace gateway {

class TerminationSignals final {
 public:
  TerminationSignals();
  TerminationSignals(const TerminationSignals&) = delete;
  TerminationSignals& operator=(const TerminationSignals&) = delete;
  ~TerminationSignals();

  // Returns the signal's number when one has come.
  int Wait() const;
  // The same, for at most `time`; 0 if none came.
  int WaitFor(std::chrono::milliseconds time) const;

 private:
  const int fd_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_SIGNALS_H_
