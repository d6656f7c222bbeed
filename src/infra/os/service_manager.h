// Tells the service manager (systemd, Type=notify) what the gateway is doing, and that it is alive:
// the protocol of sd_notify(3), which is a datagram to the socket named by NOTIFY_SOCKET. It is
// implemented here because libsystemd would be a dependency for these few lines.
//
// Without a service manager every call does nothing. No call blocks: a message for which the
// manager has no room is sent again by a later call. Owned by main; for the main thread.
#ifndef GATEWAY_INFRA_OS_SERVICE_MANAGER_H_
#define GATEWAY_INFRA_OS_SERVICE_MANAGER_H_

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "service/ports/clock.h"

namespace gateway {

class ServiceManager final {
 public:
  // `environment`: "NAME=value" each; reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID. `clock`
  // must be that of the system, CLOCK_MONOTONIC, except in tests.
  ServiceManager(const std::vector<std::string>& environment, const Clock& clock);
  ServiceManager(const ServiceManager&) = delete;
  ServiceManager& operator=(const ServiceManager&) = delete;
  ~ServiceManager();

  // A manager listens, so a status is worth the effort of making it.
  bool present() const { return fd_ >= 0; }

  // The state, each with a sentence for `systemctl status`. The message is sent if it differs from
  // the last one that was sent, so that Ready may be called all the time.
  void Ready(std::string_view status);  // serves; also ends a reload
  void Reloading(std::string_view status);
  void Stopping(std::string_view status);

  // The manager restarts a process that does not call KeepAlive within WATCHDOG_USEC. True when the
  // next call is due, which is after a quarter of that time; never without a watchdog.
  bool KeepAliveIsDue() const;
  void KeepAlive();
  // How long the main thread may wait between two looks at KeepAliveIsDue: `longest` or less.
  std::chrono::milliseconds PauseOf(std::chrono::milliseconds longest) const;

 private:
  void SendState(std::string state, std::string_view status);
  bool Send(std::string_view message) const;

  const Clock& clock_;
  std::string address_;  // as in sockaddr_un::sun_path; begins with a zero if it is abstract
  int fd_ = -1;          // -1: there is no manager
  std::chrono::microseconds pause_{};  // between two KeepAlive; zero: no watchdog
  Clock::TimePoint kept_alive_{};
  std::string state_;  // the last that was sent
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_OS_SERVICE_MANAGER_H_
