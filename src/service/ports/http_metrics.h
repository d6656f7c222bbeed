// The port that counts and times requests and connections. Called on the hot path by any thread:
// implementations are wait-free or nearly so.
#ifndef GATEWAY_SERVICE_PORTS_HTTP_METRICS_H_
#define GATEWAY_SERVICE_PORTS_HTTP_METRICS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gateway {

enum class AuthScheme : std::uint8_t;  // service/auth/authentication.h
enum class AuthResult : std::uint8_t;
enum class RateUnit : std::uint8_t;  // service/auth/rates.h

class HttpMetrics {
 public:
  virtual ~HttpMetrics() = default;

  // `route` is a route template or "" when no route matched; never a path.
  virtual void OnRequestStarted() = 0;
  virtual void OnRequestFinished(std::string_view method, std::string_view route, int status,
                                 std::chrono::nanoseconds duration, std::size_t request_bytes,
                                 std::size_t response_bytes) = 0;
  // A connection or request refused before it reached a controller, by reason ("max-connections",
  // "bad-framing", "head-timeout", ...).
  virtual void OnHttpRejected(std::string_view reason) = 0;
  virtual void OnConnectionsChanged(std::int64_t delta) = 0;
  // Streamed answers in progress, and the bytes that they have carried.
  virtual void OnStreamsChanged(std::int64_t /*delta*/) {}
  virtual void OnStreamBytes(std::size_t /*bytes*/) {}
  // The credentials of a request were checked, or found missing.
  virtual void OnAuthentication(AuthScheme /*scheme*/, AuthResult /*result*/) {}
  // A request of a known principal was answered.
  virtual void OnPrincipalAnswered(std::string_view /*principal*/, int /*status*/) {}
  // A request of the principal was refused because it had sent too many of this unit.
  virtual void OnRateLimited(std::string_view /*principal*/, RateUnit /*unit*/) {}
  // A whole request was answered with a problem document of this "code".
  virtual void OnProblem(std::string_view /*code*/) {}
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_HTTP_METRICS_H_
