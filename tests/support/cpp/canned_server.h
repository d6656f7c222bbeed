// An HTTP server for tests of our HTTP client: a thread that accepts one connection after the
// other, reads one request and writes the bytes that the test provides for it, over TLS if the
// server has an identity.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_CANNED_SERVER_H_
#define GATEWAY_TESTS_SUPPORT_CPP_CANNED_SERVER_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "support/cpp/test_certificates.h"

namespace gateway::testing {

class CannedServer final {
 public:
  // Returns what to write in answer to a request (head and body); "" ends the connection in
  // silence. Called on the server's thread.
  using Answer = std::function<std::string(const std::string& request)>;

  explicit CannedServer(Answer answer, const std::optional<Identity>& identity = std::nullopt)
      : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (identity) UseTls(*identity);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT
    EXPECT_EQ(bind(listener_, generic, size), 0);
    EXPECT_EQ(listen(listener_, 8), 0);
    EXPECT_EQ(getsockname(listener_, generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  CannedServer(const CannedServer&) = delete;
  CannedServer& operator=(const CannedServer&) = delete;
  ~CannedServer() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  // "http://127.0.0.1:PORT/path", with TLS "https://localhost:PORT/path".
  std::string Url(std::string_view path = "/") const {
    return (context_ ? "https://localhost:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
  }

  static std::string Ok(const std::string& body, std::string_view fields = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n" + std::string(fields) + "\r\n" + body;
  }

 private:
  using Tls = std::unique_ptr<SSL, decltype(&SSL_free)>;

  void UseTls(const Identity& identity) {
    context_.reset(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), identity.certificate.get()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), identity.key.get()), 1);
  }
  void Serve() {
    sigset_t pipe;  // OpenSSL writes without MSG_NOSIGNAL
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    while (true) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      Handle(connection);
      close(connection);
    }
  }
  void Handle(int connection) {
    Tls tls(context_ ? SSL_new(context_.get()) : nullptr, &SSL_free);
    if (tls) {
      SSL_set_fd(tls.get(), connection);
      if (SSL_accept(tls.get()) != 1) return;
    }
    const std::string request = Read(connection, tls);
    const std::string answer = request.empty() ? "" : answer_(request);
    if (answer.empty()) {  // until the client has enough of it, or the test ends
      std::array<pollfd, 2> polled{pollfd{connection, POLLRDHUP, 0}, pollfd{listener_, POLLHUP, 0}};
      poll(polled.data(), polled.size(), -1);
      return;
    }
    std::string_view left = answer;
    while (!left.empty()) {
      const auto written =
          tls ? SSL_write(tls.get(), left.data(), static_cast<int>(left.size()))
              : static_cast<int>(send(connection, left.data(), left.size(), MSG_NOSIGNAL));
      if (written <= 0) return;
      left.remove_prefix(static_cast<std::size_t>(written));
    }
    if (tls) SSL_shutdown(tls.get());
  }
  static std::string Read(int connection, const Tls& tls) {
    constexpr std::string_view kLength = "Content-Length: ";
    std::string request;
    std::array<char, 4'096> buffer;
    while (true) {
      const std::size_t end = request.find("\r\n\r\n");
      if (end != std::string::npos) {
        const std::size_t length = request.find(kLength);
        const std::size_t body =
            length >= end ? 0 : std::stoul(request.substr(length + kLength.size()));
        if (request.size() >= end + 4 + body) return request;
      }
      const auto got = tls ? SSL_read(tls.get(), buffer.data(), buffer.size())
                           : static_cast<int>(recv(connection, buffer.data(), buffer.size(), 0));
      if (got <= 0) return {};
      request.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }

  const Answer answer_;
  const int listener_;
  std::shared_ptr<SSL_CTX> context_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_CANNED_SERVER_H_
