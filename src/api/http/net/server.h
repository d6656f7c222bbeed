// The HTTP server: listening sockets, accept loop, I/O loops. Owned by Gateway.
//
//   Listen -> Start -> (serving) -> BeginClosing -> (each answer ends its connection)
//     -> StopAccepting -> (the last answers go out, silent connections close) -> Stop
#ifndef GATEWAY_API_HTTP_NET_SERVER_H_
#define GATEWAY_API_HTTP_NET_SERVER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/handler.h"
#include "api/http/net/acceptor.h"
#include "api/http/net/connection.h"
#include "api/http/net/io_loop.h"
#include "api/http/net/tls_context.h"
#include "service/health/liveness.h"
#include "service/ports/burst_listener.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"
#include "service/ports/logger.h"
#include "service/types/result.h"

namespace gateway::http {

struct ServerOptions {
  std::string address = "127.0.0.1";  // an address or a host name
  std::uint16_t port = 8080;          // 0: any free one
  int threads = 0;                    // 0: one per core
  ConnectionLimits limits;
  AcceptLimits accept;
  const TlsContext* tls = nullptr;  // null: plain HTTP; must outlive the server
  BurstListener* bursts = nullptr;  // must outlive the server
};

// Why the server cannot listen.
struct ListenError {
  enum class Kind : std::uint8_t { kAddressInUse, kUnknownAddress, kOther };
  Kind kind = Kind::kOther;
  std::string detail;  // with kUnknownAddress: "\"name\": why", else a sentence without its end
};

class Server final {
 public:
  Server(ServerOptions options, HttpHandler& handler, const Clock& clock, HttpMetrics& metrics,
         Logger& logger);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  // Binds and listens; the value is the port. Connections are accepted from Start on.
  Result<std::uint16_t, ListenError> Listen();
  void Start();
  // Registers each I/O thread, as `name` and its number, with `liveness`. Call before Start;
  // `liveness` must outlive the server.
  void Watch(std::string_view name, Liveness* liveness);
  // Every answer from now on says "Connection: close". New connections are still accepted, and idle
  // ones stay open, because a client may be about to use one.
  void BeginClosing();
  // Accepts no new connections; idle ones are closed once they have been silent for a moment.
  void StopAccepting();
  // True while a request may still arrive or is in progress. After StopAccepting it eventually
  // becomes false and stays so; its caller then sees all effects of the requests.
  bool RequestsMayCome() const;
  // Connections still open; 0 once everything accepted has been answered.
  std::size_t connections() const;
  // Ends the threads and closes the remaining connections.
  void Stop();

  // "http://127.0.0.1:8080", with the port that was bound; https with TLS.
  const std::string& url() const { return url_; }

 private:
  const ServerOptions options_;
  HttpMetrics& metrics_;
  Logger& logger_;
  AddressCounter addresses_;
  std::vector<std::unique_ptr<IoLoop>> loops_;
  std::vector<int> listeners_;
  std::unique_ptr<Acceptor> acceptor_;
  std::string url_;
  bool started_ = false;
};

}  // namespace gateway::http

#endif  // GATEWAY_API_HTTP_NET_SERVER_H_
