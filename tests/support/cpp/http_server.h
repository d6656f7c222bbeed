// A real Server on a free port, with a handler whose behaviour the test sets.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_HTTP_SERVER_H_
#define GATEWAY_TESTS_SUPPORT_CPP_HTTP_SERVER_H_

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/net/server.h"
#include "support/cpp/fakes.h"
#include "support/cpp/http_client.h"
#include "support/cpp/request_errors.h"

namespace gateway::testing {

inline http::Response TextResponse(int status, std::string body) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain";
  response.body = std::move(body);
  return response;
}

// An OnHead that answers 404 to /404 and accepts all other requests.
inline http::HeadVerdict NotFound(const http::RequestHead& head) {
  http::HeadVerdict verdict;
  if (head.path == "/404") verdict.answer = TextResponse(404, "none");
  return verdict;
}

// The real time, which the kernel's timers use, too.
class SteadyClock final : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
  TimestampMs UnixMillis() const override { return 1'700'000'000'000; }
};

// Lets one thread wait for an action of another, without sleeping.
class Signal final {
 public:
  void Notify() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  // True once Notify was called `count` times in all.
  bool Wait(int count = 1) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

// Answers 200 with the body of the request, or with its path if it has none; answers refusals with
// their status and name. A test may replace functions before the server starts.
class TestHandler final : public http::HttpHandler {
 public:
  std::function<void(const http::Peer&)> on_peer;  // with each head
  std::function<http::HeadVerdict(const http::RequestHead&)> on_head;
  std::function<void(http::Request, http::Responder)> on_request;

  http::HeadVerdict OnHead(const http::RequestHead& head, const http::Peer& peer) override {
    if (on_peer) on_peer(peer);
    return on_head ? on_head(head) : http::HeadVerdict();
  }
  void OnRequest(http::Request request, std::shared_ptr<http::RequestState>,
                 http::Responder responder) override {
    if (on_request) return on_request(std::move(request), std::move(responder));
    Echo(std::move(request), std::move(responder));
  }
  http::Response OnRefused(const http::RequestError& error, const http::RequestHead* head,
                           const http::Peer&, std::shared_ptr<http::RequestState>) override {
    const RefusalName refusal = NameOf(error.kind);
    {
      const std::lock_guard lock(mutex_);
      refusals_.push_back(std::string(refusal.name) + ' ' +
                          (head == nullptr ? "-" : std::string(head->path)));
    }
    return TextResponse(refusal.status, Describe(error));
  }
  static void Echo(http::Request request, http::Responder responder) {
    std::string body = request.body.empty() ? std::string(request.head.path) : request.body;
    responder.Send([body] { return TextResponse(200, body); });
  }
  std::vector<std::string> refusals() const {
    const std::lock_guard lock(mutex_);
    return refusals_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> refusals_;
};

// Keeps the request for /late until the test answers it; other requests are answered at once.
// Create it before the server starts.
class LateRequest final {
 public:
  explicit LateRequest(TestHandler* handler) {
    handler->on_request = [this](http::Request request, http::Responder responder) {
      if (request.head.path != "/late") {
        return TestHandler::Echo(std::move(request), std::move(responder));
      }
      responder_ = std::move(responder);
      arrived_.Notify();
    };
  }
  LateRequest(const LateRequest&) = delete;
  LateRequest& operator=(const LateRequest&) = delete;

  // True once the handler has the request.
  bool Wait() { return arrived_.Wait(); }
  void Answer(std::string body) {
    responder_->Send([body = std::move(body)] { return TextResponse(200, body); });
  }

 private:
  Signal arrived_;
  std::optional<http::Responder> responder_;
};

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() {
    options.port = 0;
    options.threads = 1;
  }
  ~ServerTest() override { server_.reset(); }

  // Starts the server with the current `options` and `handler`.
  void Start() {
    server_ = std::make_unique<http::Server>(options, handler, clock, metrics, logger);
    auto port = server_->Listen();
    ASSERT_TRUE(port.ok()) << port.error().detail;
    port_ = port.value();
    server_->Start();
  }
  http::Server& server() { return *server_; }
  // Waits until the server has `count` connections.
  void WaitForConnections(std::size_t count) const {
    while (server_->connections() != count) std::this_thread::yield();
  }
  std::uint16_t port() const { return port_; }
  void Stop() { server_.reset(); }

  http::ServerOptions options;
  TestHandler handler;
  SteadyClock clock;
  FakeMetrics metrics;
  FakeLogger logger;

 private:
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
};

inline std::string Get(std::string_view path, std::string_view fields = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) + "\r\n";
}
inline std::string Post(std::string_view path, std::string_view body,
                        std::string_view fields = "") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(fields) +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_HTTP_SERVER_H_
