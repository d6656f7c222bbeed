// The port through which an I/O thread announces a burst of requests.
#ifndef GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_
#define GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_

namespace gateway {

// Notified while an I/O thread works through a burst of requests, so that their records can share a
// batch.
class BurstListener {
 public:
  virtual ~BurstListener() = default;
  // Each thread calls them in pairs. EndBurst may dispatch the records queued since BeginBurst.
  virtual void BeginBurst() = 0;
  virtual void EndBurst() = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_BURST_LISTENER_H_
