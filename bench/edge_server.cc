// The gateway's HTTP edge alone: the server of src/api/http, with all its limits and deadlines, and
// a handler that answers every request as epoll_floor does, inline or from another thread.
// Prints the port, then runs until it is killed.
//
//   edge_server [THREADS]
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "api/http/net/server.h"

namespace {

using namespace gateway;  // NOLINT: a program of one page

class NoMetrics final : public HttpMetrics {
 public:
  void OnRequestStarted() override {}
  void OnRequestFinished(std::string_view, std::string_view, int, std::chrono::nanoseconds,
                         std::size_t, std::size_t) override {}
  void OnHttpRejected(std::string_view) override {}
  void OnConnectionsChanged(std::int64_t) override {}
};

class NoLogger final : public Logger {
 public:
  bool Enabled(LogLevel) const override { return false; }
  void Log(LogLevel, std::string_view, std::string_view, std::initializer_list<LogField>) override {
  }
};

class SteadyClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  TimestampMs UnixMillis() const override { return 0; }
};

class FixedAnswer final : public http::HttpHandler {
 public:
  http::HeadVerdict OnHead(const http::RequestHead&, const http::Peer&) override { return {}; }
  void OnRequest(http::Request, std::shared_ptr<http::RequestState>,
                 http::Responder responder) override {
    responder.Send([] {
      http::Response response;
      response.content_type = "application/json";
      response.body = "{\"status\":\"Success\"}";
      return response;
    });
  }
  http::Response OnRefused(const http::RequestError&, const http::RequestHead*, const http::Peer&,
                           std::shared_ptr<http::RequestState>) override {
    http::Response response;
    response.status = 400;
    return response;
  }
};

}  // namespace

int main(int argc, char** argv) {
  NoMetrics metrics;
  NoLogger logger;
  const SteadyClock clock;
  FixedAnswer handler;
  http::ServerOptions options;
  options.port = 0;
  options.threads = argc > 1 ? std::atoi(argv[1]) : 2;
  http::Server server(options, handler, clock, metrics, logger);
  const auto port = server.Listen();
  if (!port.ok()) return 1;
  server.Start();
  std::printf("%d\n", port.value());
  std::fflush(stdout);
  pause();
}
