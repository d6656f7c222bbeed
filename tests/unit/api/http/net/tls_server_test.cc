// A client's view of the server over TLS: the negotiated parameters, and the same HTTP inside.
#include "support/cpp/tls_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace gateway {
namespace {

using testing::Get;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::Identity;
using testing::LateRequest;
using testing::MakeIdentity;
using testing::Post;
using ::testing::StartsWith;
using testing::TextResponse;
using testing::TlsClient;

// No two pieces of it are equal.
std::string Text(std::size_t size) {
  std::string text;
  text.reserve(size + 8);
  for (std::uint32_t word = 1; text.size() < size; word = word * 1'664'525 + 1'013'904'223) {
    text += std::to_string(word);
  }
  text.resize(size);
  return text;
}

class HttpsServer : public testing::TlsServerTest {};

TEST_F(HttpsServer, SaysHttpsInItsUrl) {
  StartTls();
  EXPECT_EQ(server().url(), "https://127.0.0.1:" + std::to_string(port()));
}

TEST_F(HttpsServer, HandshakesWithoutAlpnAndPresentsItsCertificate) {
  StartTls();
  const TlsClient client(port());
  EXPECT_TRUE(client.connected()) << client.error();
  EXPECT_EQ(client.protocol(), "");
  EXPECT_EQ(client.server_name(), "first");
}

TEST_F(HttpsServer, ChoosesHttp11AmongTheProtocolsOffered) {
  StartTls();
  TlsClient::Options offer;
  offer.protocols = "\x02h2\x08http/1.1";
  const TlsClient client(port(), offer);
  EXPECT_TRUE(client.connected()) << client.error();
  EXPECT_EQ(client.protocol(), "http/1.1");
}

TEST_F(HttpsServer, RefusesAClientThatOffersOtherProtocolsOnly) {
  StartTls();
  TlsClient::Options offer;
  offer.protocols = "\x02h2\x08http/1.0";
  TlsClient client(port(), offer);
  EXPECT_FALSE(client.connected());
  EXPECT_THAT(client.error(), HasSubstr("no application protocol"));
  client.Close();
  WaitForConnections(0);
  EXPECT_TRUE(metrics.Rejected("tls-handshake-failed"));
}

TEST_F(HttpsServer, RefusesVersionsBefore12) {
  StartTls();
  TlsClient::Options old;
  old.version = TLS1_1_VERSION;
  EXPECT_FALSE(TlsClient(port(), old).connected());
}

TEST_F(HttpsServer, PlainHttpIsClosedInGoodOrder) {
  StartTls();
  HttpClient client(port());
  client.Send(Get("/"));
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpsServer, PlainHttpWithALargeBodyIsNotReset) {
  StartTls();
  HttpClient client(port());
  EXPECT_TRUE(client.Send(Post("/", Text(20'000'000))));
  client.HalfClose();
  EXPECT_TRUE(client.AtEnd());
}

TEST_F(HttpsServer, ASessionIsResumedByItsTicket) {
  StartTls();
  TlsClient first(port());
  first.Ask(Get("/"));  // tickets of TLS 1.3 are read with the first answer
  const auto session = first.session();
  TlsClient::Options again;
  again.resume = session.get();
  TlsClient second(port(), again);
  EXPECT_TRUE(second.resumed());
  EXPECT_EQ(second.Ask(Get("/again")).body, "/again");
}

TEST_F(HttpsServer, AReloadIsForNewConnectionsAndTheOldOnesLiveOn) {
  StartTls();
  TlsClient old(port());
  old.Ask(Get("/"));
  const auto session = old.session();
  WriteServer(MakeIdentity("second"));
  EXPECT_FALSE(context().Reload());
  TlsClient::Options resume;
  resume.resume = session.get();
  const TlsClient fresh(port(), resume);
  EXPECT_EQ(fresh.server_name(), "second");
  EXPECT_FALSE(fresh.resumed()) << "its ticket was given under what was in force before";
  EXPECT_EQ(old.Ask(Get("/old")).body, "/old");
  EXPECT_EQ(old.server_name(), "first");
}

TEST_F(HttpsServer, AReloadThatFailsChangesNothing) {
  StartTls();
  directory.Write("server.key", "");
  EXPECT_TRUE(context().Reload());
  TlsClient client(port());
  EXPECT_EQ(client.server_name(), "first");
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
}

TEST_F(HttpsServer, BytesThatAreNoRecordEndTheConnection) {
  StartTls();
  TlsClient client(port());
  EXPECT_EQ(client.Ask(Get("/")).status, 200);
  client.SendRaw("no record at all");
  client.WaitForEnd();
  EXPECT_NE(client.error(), "");
}

// The following tests run with each version of TLS.
class HttpsServerWith : public HttpsServer, public ::testing::WithParamInterface<int> {
 protected:
  TlsClient::Options OfVersion() const {
    TlsClient::Options of;
    of.version = GetParam();
    return of;
  }
};
INSTANTIATE_TEST_SUITE_P(Tls, HttpsServerWith, ::testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& version) {
                           return version.param == TLS1_2_VERSION ? "V12" : "V13";
                         });

TEST_P(HttpsServerWith, KeepsTheConnection) {
  StartTls();
  TlsClient client(port(), OfVersion());
  EXPECT_EQ(client.version(), GetParam() == TLS1_2_VERSION ? "TLSv1.2" : "TLSv1.3");
  for (const char* path : {"/a", "/b", "/c"}) EXPECT_EQ(client.Ask(Get(path)).body, path);
}

TEST_P(HttpsServerWith, PipelinedRequestsAreAnsweredInOrder) {
  StartTls();
  TlsClient client(port(), OfVersion());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += Get("/" + std::to_string(i));
  EXPECT_TRUE(client.Send(requests));
  for (int i = 0; i < 500; ++i) EXPECT_EQ(client.Read().body, "/" + std::to_string(i));
  EXPECT_EQ(client.unread(), "");
}

TEST_P(HttpsServerWith, ALargeAnswerToASlowReaderArrivesWhole) {
  const std::string text = Text(8'000'000);
  handler.on_request = [&text](http::Request, http::Responder responder) {
    responder.Send([&text] { return TextResponse(200, text); });
  };
  StartTls();
  TlsClient::Options slow = OfVersion();
  slow.tcp = HttpClient::SlowReader();
  TlsClient client(port(), slow);
  const auto response = client.Ask(Get("/", "Connection: close\r\n"));
  EXPECT_TRUE(response.body == text) << response.body.size() << " bytes";
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.was_told_goodbye());
}

TEST_P(HttpsServerWith, ALargeBodyArrivesWhole) {
  StartTls();
  TlsClient client(port(), OfVersion());
  const std::string text = Text(5'000'000);
  EXPECT_TRUE(client.Send(Post("/", text)));
  const auto response = client.Read();
  EXPECT_TRUE(response.body == text) << response.body.size() << " bytes";
  EXPECT_EQ(client.Ask(Get("/next")).body, "/next");
}

TEST_P(HttpsServerWith, AClientThatWaitsForContinueGetsIt) {
  StartTls();
  TlsClient client(port(), OfVersion());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  EXPECT_EQ(client.Ask("body").body, "body");
}

TEST_P(HttpsServerWith, ClosesWithAGoodbyeWhenAskedTo) {
  StartTls();
  TlsClient client(port(), OfVersion());
  EXPECT_EQ(client.Ask(Get("/", "Connection: close\r\n")).status, 200);
  EXPECT_TRUE(client.AtEnd());
  EXPECT_TRUE(client.was_told_goodbye());
}

TEST_P(HttpsServerWith, AHalfClosedClientIsStillAnswered) {
  LateRequest late(&handler);
  StartTls();
  TlsClient client(port(), OfVersion());
  client.Send(Get("/late"));
  client.HalfClose();
  ASSERT_TRUE(late.Wait());
  late.Answer("late");
  EXPECT_EQ(client.Read().body, "late");
  EXPECT_TRUE(client.AtEnd());
}

TEST_P(HttpsServerWith, AClientThatEndsItsSideWithoutAGoodbyeIsStillAnswered) {
  StartTls();
  TlsClient client(port(), OfVersion());
  client.Send(Get("/a"));
  client.HalfCloseSilently();
  EXPECT_EQ(client.Read().body, "/a");
  EXPECT_TRUE(client.AtEnd());
}

TEST_P(HttpsServerWith, ARequestThatIsCutOffIsNotTakenForAWholeOne) {
  StartTls();
  TlsClient client(port(), OfVersion());
  client.Send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
  client.HalfCloseSilently();
  client.WaitForEnd();
  EXPECT_EQ(client.unread(), "");
}

TEST_P(HttpsServerWith, AClientCertificateOfTheAuthorityIsTaken) {
  const Identity authority = MakeIdentity("authority");
  const Identity known = MakeIdentity("client", &authority);
  RequireClients(authority);
  std::mutex mutex;
  std::vector<http::TlsPeer> peers;
  handler.on_peer = [&](const http::Peer& peer) {
    const std::lock_guard lock(mutex);
    peers.push_back(peer.tls.value_or(http::TlsPeer()));
  };
  StartTls();
  TlsClient::Options with = OfVersion();
  with.identity = &known;
  TlsClient client(port(), with);
  EXPECT_EQ(client.Ask(Get("/")).status, 200) << client.error();
  const auto session = client.session();
  with.resume = session.get();
  TlsClient again(port(), with);
  EXPECT_TRUE(again.resumed());
  EXPECT_EQ(again.Ask(Get("/")).status, 200) << again.error();
  const std::lock_guard lock(mutex);
  ASSERT_EQ(peers.size(), 2U);
  for (const http::TlsPeer& peer : peers) {
    EXPECT_EQ(peer.protocol, client.version());
    ASSERT_TRUE(peer.certificate);
    EXPECT_EQ(peer.certificate->names.subject, "CN=client");
  }
}

TEST_P(HttpsServerWith, AClientWithoutACertificateIsRefusedWhereOneIsRequired) {
  RequireClients(MakeIdentity("authority"));
  StartTls();
  TlsClient client(port(), OfVersion());
  EXPECT_EQ(client.Ask(Get("/")).status, 0);
  EXPECT_THAT(client.error(), HasSubstr("alert"));
  client.Close();
  WaitForConnections(0);
  EXPECT_TRUE(metrics.Rejected("tls-handshake-failed"));
}

TEST_P(HttpsServerWith, WhereACertificateIsOptionalAClientMayComeWithoutButNotWithAWrongOne) {
  const Identity authority = MakeIdentity("authority");
  RequireClients(authority);
  files.clients_need_certificate = false;
  std::mutex mutex;
  std::vector<std::string> subjects;
  handler.on_peer = [&](const http::Peer& peer) {
    const std::lock_guard lock(mutex);
    const auto& certificate = peer.tls->certificate;
    subjects.push_back(certificate ? certificate->names.subject : "none");
  };
  StartTls();
  TlsClient without(port(), OfVersion());
  EXPECT_EQ(without.Ask(Get("/")).status, 200) << without.error();
  TlsClient::Options with = OfVersion();
  const Identity known = MakeIdentity("client", &authority);
  with.identity = &known;
  TlsClient client(port(), with);
  EXPECT_EQ(client.Ask(Get("/")).status, 200) << client.error();
  const Identity stranger = MakeIdentity("client");
  with.identity = &stranger;
  TlsClient wrong(port(), with);
  EXPECT_EQ(wrong.Ask(Get("/")).status, 0);
  const std::lock_guard lock(mutex);
  EXPECT_THAT(subjects, ::testing::ElementsAre("none", "CN=client"));
}

TEST_P(HttpsServerWith, AClientCertificateOfAnotherAuthorityIsRefused) {
  const Identity other = MakeIdentity("other");
  const Identity stranger = MakeIdentity("client", &other);
  RequireClients(MakeIdentity("authority"));
  StartTls();
  TlsClient::Options with = OfVersion();
  with.identity = &stranger;
  TlsClient client(port(), with);
  EXPECT_EQ(client.Ask(Get("/")).status, 0);
  EXPECT_THAT(client.error(), HasSubstr("unknown ca"));
}

TEST_P(HttpsServerWith, AnExpiredClientCertificateIsRefused) {
  const Identity authority = MakeIdentity("authority");
  const Identity expired = MakeIdentity("client", &authority, -1);
  RequireClients(authority);
  StartTls();
  TlsClient::Options with = OfVersion();
  with.identity = &expired;
  TlsClient client(port(), with);
  EXPECT_EQ(client.Ask(Get("/")).status, 0);
  EXPECT_THAT(client.error(), HasSubstr("expired"));
}

// A read that must write while an answer waits for room: the answer is sent before the body of its
// request has arrived.
TEST_F(HttpsServer, AKeyUpdateWhileAnAnswerIsBlockedDoesNotStopIt) {
  const std::string text = Text(4'000'000);
  handler.on_head = [&](const http::RequestHead& head) {
    http::HeadVerdict verdict;
    if (head.path == "/early") verdict.answer = TextResponse(200, text);
    return verdict;
  };
  StartTls();
  TlsClient::Options slow;
  slow.version = TLS1_3_VERSION;
  slow.tcp = HttpClient::SlowReader();
  TlsClient client(port(), slow);
  for (int i = 0; i < 3; ++i) {
    client.Send("POST /early HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n");
    client.Send("12345");
    TlsClient(port()).Ask(Get("/"));  // an iteration later the answer is blocked
    client.UpdateKeys();
    client.Send("67890" + Get("/next"));
    EXPECT_TRUE(client.Read().body == text) << client.error();
    EXPECT_EQ(client.Read().body, "/next") << client.error();
  }
}

}  // namespace
}  // namespace gateway
