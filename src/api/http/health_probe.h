// Requests the health of a gateway on this machine (kafka-gateway --health-check): one GET, one
// answer. Blocks for at most the timeout, except while resolving a host name; any thread of a
// program that does nothing else (with TLS it ignores SIGPIPE for the whole process).
#ifndef GATEWAY_API_HTTP_HEALTH_PROBE_H_
#define GATEWAY_API_HTTP_HEALTH_PROBE_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace gateway::http {

struct HealthProbe {
  std::string
      address;  // the gateway's listen address; the wildcard address becomes the loopback address
  std::uint16_t port = 0;
  std::string path;  // "/health/live"
  // The certificate is not checked: it names the public host, not the loopback, and only a prober
  // of this machine relies on the answer.
  bool tls = false;
  std::chrono::milliseconds timeout{2'000};
};

// Absent if the answer is 200; else one sentence with the reason.
std::optional<std::string> ProbeHealth(const HealthProbe& probe);

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_HEALTH_PROBE_H_
