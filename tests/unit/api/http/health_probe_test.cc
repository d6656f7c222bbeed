#include "api/http/health_probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "support/cpp/tls_server.h"

namespace gateway::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

// Listens on a loopback port and answers one connection with the given bytes.
class OneAnswer final {
 public:
  OneAnswer() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);  // NOLINT
    EXPECT_EQ(listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);  // NOLINT
    port = ntohs(address.sin_port);
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }
  void Answer(std::string text) { Answer(std::move(text), "\r\n\r\n"); }
  // Answers any request.
  void AnswerAtOnce(std::string text) { Answer(std::move(text), ""); }
  void Join() { thread_.join(); }

  std::uint16_t port = 0;
  std::string request;  // once joined

 private:
  void Answer(std::string text, std::string until) {
    thread_ = std::thread([this, text = std::move(text), until = std::move(until)] {
      const int fd = accept(listener_, nullptr, nullptr);
      char piece[1024];
      while (request.empty() || request.find(until) == std::string::npos) {
        const ssize_t size = recv(fd, piece, sizeof piece, 0);
        if (size <= 0) break;
        request.append(piece, static_cast<std::size_t>(size));
      }
      send(fd, text.data(), text.size(), MSG_NOSIGNAL);
      close(fd);
    });
  }

  int listener_;
  std::thread thread_;
};

HealthProbe ProbeOf(std::uint16_t port, std::string address = "127.0.0.1") {
  HealthProbe probe;
  probe.address = std::move(address);
  probe.port = port;
  probe.path = "/health/live";
  return probe;
}

TEST(ProbeHealth, IsContentWith200) {
  OneAnswer server;
  server.Answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(ProbeHealth(ProbeOf(server.port)), std::nullopt);
  server.Join();
  EXPECT_THAT(server.request, HasSubstr("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n"));
}

TEST(ProbeHealth, AsksTheLoopbackWhereTheGatewayListensOnEveryInterface) {
  OneAnswer server;
  server.Answer("HTTP/1.1 200 OK\r\n\r\n");
  EXPECT_EQ(ProbeHealth(ProbeOf(server.port, "0.0.0.0")), std::nullopt);
}

TEST(ProbeHealth, NamesAnotherStatus) {
  OneAnswer server;
  server.Answer("HTTP/1.1 503 Service Unavailable\r\n\r\n");
  EXPECT_THAT(ProbeHealth(ProbeOf(server.port)), Optional(HasSubstr("answers 503, not 200.")));
}

TEST(ProbeHealth, ReportsAPortWithoutAListener) {
  std::uint16_t port = 0;
  {
    const OneAnswer gone;
    port = gone.port;
  }
  EXPECT_THAT(ProbeHealth(ProbeOf(port)), Optional(HasSubstr("does not answer")));
}

TEST(ProbeHealth, SaysThatTheAnswerIsNotHttp) {
  for (const char* text : {"", "HTTP/1.1 2", "SSH-2.0-OpenSSH_9.2p1\r\n"}) {
    OneAnswer server;
    server.Answer(text);
    EXPECT_THAT(ProbeHealth(ProbeOf(server.port)), Optional(HasSubstr("HTTP/1.1")));
  }
}

TEST(ProbeHealth, GivesUpOnASilentServer) {
  const OneAnswer server;
  HealthProbe probe = ProbeOf(server.port);
  probe.timeout = std::chrono::milliseconds(20);
  EXPECT_THAT(ProbeHealth(probe), Optional(HasSubstr("timed out")));
}

class ProbeHealthOfTls : public testing::TlsServerTest {
 protected:
  HealthProbe Probe() {
    HealthProbe probe = ProbeOf(port());
    probe.tls = true;
    return probe;
  }
};

TEST_F(ProbeHealthOfTls, IsContentWith200) {
  StartTls();
  EXPECT_EQ(ProbeHealth(Probe()), std::nullopt);
}

TEST_F(ProbeHealthOfTls, NamesAnotherStatus) {
  handler.on_request = [](Request, Responder responder) {
    responder.Send([] { return testing::TextResponse(503, "no"); });
  };
  StartTls();
  EXPECT_THAT(ProbeHealth(Probe()), Optional(HasSubstr("answers 503, not 200.")));
}

TEST_F(ProbeHealthOfTls, SaysThatTheServerDoesNotSpeakTls) {
  OneAnswer server;
  HealthProbe probe = ProbeOf(server.port);
  probe.tls = true;
  server.AnswerAtOnce("HTTP/1.1 400 Bad Request\r\n\r\n");
  EXPECT_THAT(ProbeHealth(probe), Optional(HasSubstr("https://127.0.0.1")));
}

TEST(ProbeHealth, GivesUpOnASilentHandshake) {
  const OneAnswer server;
  HealthProbe probe = ProbeOf(server.port);
  probe.tls = true;
  probe.timeout = std::chrono::milliseconds(20);
  EXPECT_THAT(ProbeHealth(probe), Optional(HasSubstr("timed out")));
}

}  // namespace
}  // namespace gateway::http
