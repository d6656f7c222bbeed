// The port by which an I/O thread says that it works through many requests at once.
#ifndef GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_
#define GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_

namespace gateway {

// Notified while an I/O thread works through a burst of requests, so that their records can share a
// batch.
class BurstListener {
 public:
  virtual ~BurstListener() = default;
  // Called in pairs on each thread. EndBurst may do what has waited for it.
  virtual void BeginBurst() = 0;
  virtual void EndBurst() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_
