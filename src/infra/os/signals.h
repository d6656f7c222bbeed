// The signals that the process waits for: SIGTERM and SIGINT (stop), SIGHUP (reload the
// certificates). Owned by main, which makes it before any other thread starts: threads inherit the
// blocked signals, so none is interrupted. One thread waits.
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

  // Waits for a signal for at most `time`. Returns its number, or 0 if none came.
  int WaitFor(std::chrono::milliseconds time) const;

 private:
  const int fd_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_SIGNALS_H_
