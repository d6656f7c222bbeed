// Asks a gateway on this machine for its health (kafka-gateway --health-check): one GET, one
// answer. Blocks for at most the timeout, except while a host name is looked up; any thread, in a
// program that has nothing else to do (with TLS it ignores SIGPIPE, for the whole process).
#ifndef GATEWAY_API_HTTP_HEALTH_PROBE_H_
#define GATEWAY_API_HTTP_HEALTH_PROBE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gateway::http {

struct HealthProbe {
  std::string address;  // what the gateway listens on; that of every interface becomes the loopback
  std::uint16_t port = 0;
  std::string path;  // "/health/live"
  // Http:Tls. The certificate is not checked: it names the public host, not the loopback, and the
  // answer is believed by nobody but the prober of this machine.
  bool tls = false;
  std::chrono::milliseconds timeout{2'000};
};

// Absent if the answer is 200; else one sentence that says what came instead.
std::optional<std::string> ProbeHealth(const HealthProbe& probe);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HEALTH_PROBE_H_
