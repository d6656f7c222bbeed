// TLS clients cannot harm other clients: deadlines, limits and the drain.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/cpp/tls_server.h"

namespace gateway {
namespace {

using testing::Get;
using testing::HttpClient;
using testing::LateRequest;
using testing::TlsClient;

class HttpsServerLimits : public testing::TlsServerTest {};

TEST_F(HttpsServerLimits, AClientThatIsSilentIsClosedAtTheDeadlineOfTheHandshake) {
  options.limits.handshake_timeout = std::chrono::milliseconds(50);
  StartTls();
  HttpClient silent(port());
  EXPECT_TRUE(silent.AtEnd());
  EXPECT_TRUE(metrics.Rejected("tls-handshake-timeout"));
}

TEST_F(HttpsServerLimits, BytesOfAHandshakeDoNotPutItsDeadlineOff) {
  options.limits.handshake_timeout = std::chrono::milliseconds(50);
  StartTls();
  HttpClient slow(port());
  slow.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));  // a ClientHello begins
  slow.WaitForEnd();
  EXPECT_TRUE(metrics.Rejected("tls-handshake-timeout"));
}

TEST_F(HttpsServerLimits, AfterTheHandshakeTheTimeoutOfTheFirstHeadCounts) {
  options.limits.handshake_timeout = std::chrono::hours(1);
  options.limits.head_timeout = std::chrono::milliseconds(50);
  StartTls();
  TlsClient client(port());
  ASSERT_TRUE(client.connected());
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.was_told_goodbye());
  EXPECT_FALSE(metrics.Rejected("tls-handshake-timeout"));
}

TEST_F(HttpsServerLimits, HundredsOfSilentClientsDelayNoOtherClient) {
  options.limits.handshake_timeout = std::chrono::hours(1);
  StartTls();
  std::vector<std::unique_ptr<HttpClient>> silent;
  for (int i = 0; i < 500; ++i) {
    silent.push_back(std::make_unique<HttpClient>(port()));
    if (i % 2 == 0) silent.back()->Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
  }
  TlsClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
  EXPECT_EQ(server().connections(), 501U);
}

TEST_F(HttpsServerLimits, OverMaxConnectionsIsClosedWithoutAHandshake) {
  options.accept.max_connections = 1;
  StartTls();
  {
    TlsClient first(port());
    EXPECT_EQ(first.Ask(Get("/")).status, 200);
    const TlsClient second(port());
    EXPECT_FALSE(second.connected());
    EXPECT_EQ(first.Ask(Get("/")).status, 200);
  }
  WaitForConnections(0);
  TlsClient third(port());
  EXPECT_EQ(third.Ask(Get("/")).status, 200);
  EXPECT_TRUE(metrics.Rejected("max-connections"));
}

TEST_F(HttpsServerLimits, ARefusedConnectionDoesNotCountForItsAddress) {
  options.accept.max_connections_per_address = 1;
  StartTls();
  {
    TlsClient first(port());
    EXPECT_EQ(first.Ask(Get("/")).status, 200);
    EXPECT_FALSE(TlsClient(port()).connected());
    EXPECT_FALSE(TlsClient(port()).connected());
  }
  WaitForConnections(0);
  TlsClient again(port());
  EXPECT_EQ(again.Ask(Get("/")).status, 200);
  EXPECT_TRUE(metrics.Rejected("max-connections-per-address"));
}

TEST_F(HttpsServerLimits, AClientThatHangsUpInItsHandshakeLeavesNothingBehind) {
  StartTls();
  for (int i = 0; i < 20; ++i) {
    HttpClient client(port());
    if (i % 2 == 0) client.Send(std::string_view("\x16\x03\x01\x02\x00\x01", 6));
    if (i % 3 == 0) client.Abort();
  }
  TlsClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
  WaitForConnections(1);
}

TEST_F(HttpsServerLimits, AClientThatHangsUpBeforeItsAnswerDoesNotEndTheProcess) {
  LateRequest late(&handler);
  StartTls();
  {
    TlsClient client(port());
    client.Ask(Get("/"));  // leaves nothing unread, which would turn the close into a reset
    client.Send(Get("/late"));
    ASSERT_TRUE(late.Wait());
    client.Close();
  }
  late.Answer(std::string(4'000'000, 'x'));
  TlsClient other(port());
  EXPECT_EQ(other.Ask(Get("/")).status, 200);
}

TEST_F(HttpsServerLimits, ADrainClosesIdleConnectionsWithAGoodbyeAndHandshakesAtOnce) {
  options.limits.handshake_timeout = std::chrono::hours(1);
  StartTls();
  TlsClient idle(port());
  HttpClient silent(port());
  EXPECT_EQ(idle.Ask(Get("/")).status, 200);
  server().StopAccepting();
  EXPECT_TRUE(idle.AtEnd());
  EXPECT_TRUE(idle.was_told_goodbye());
  EXPECT_TRUE(silent.AtEnd());
  WaitForConnections(0);
}

TEST_F(HttpsServerLimits, ADrainAnswersWhatIsInFlight) {
  LateRequest late(&handler);
  StartTls();
  TlsClient client(port());
  client.Send(Get("/late"));
  ASSERT_TRUE(late.Wait());
  server().StopAccepting();
  late.Answer("in flight");
  const auto response = client.Read();
  EXPECT_EQ(response.body, "in flight");
  EXPECT_EQ(response.Field("Connection"), "close");
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.was_told_goodbye());
}

// Handshakes on two loops while the certificate is reloaded again and again.
TEST_F(HttpsServerLimits, ReloadsWhileClientsConnectDisturbNoClient) {
  options.threads = 2;
  StartTls();
  std::atomic<bool> stop{false};
  std::thread reloading([&] {
    while (!stop) EXPECT_FALSE(context().Reload());
  });
  std::vector<std::thread> clients;
  for (int t = 0; t < 2; ++t) {
    clients.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        TlsClient client(port());
        EXPECT_EQ(client.Ask(Get("/a")).body, "/a") << client.error();
      }
    });
  }
  for (std::thread& client : clients) client.join();
  stop = true;
  reloading.join();
}

}  // namespace
}  // namespace gateway
