// Streaming answers over real sockets, plain and TLS, with writers on separate threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/cpp/http_server.h"
#include "support/cpp/stream_fixture.h"
#include "support/cpp/tls_server.h"

namespace gateway::http {
namespace {

using ::testing::ElementsAre;
using testing::Get;
using testing::HttpClient;
using testing::RecordingListener;
using testing::Signal;
using testing::TlsClient;
using Written = StreamWriter::Written;

// Writes pieces from a separate thread as fast as the client reads them.
class Producer final {
 public:
  explicit Producer(int pieces) : pieces_(pieces) {
    listener_->on_writable = [this] { writable_.Notify(); };
    listener_->on_end = [this] {
      ended_.Notify();
      writable_.Notify();
    };
  }
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;
  ~Producer() {
    if (thread_.joinable()) thread_.join();
  }

  void Answer(Responder responder) {
    auto [writer, stream] = MakeResponseStream(StreamOptions(), listener_);
    writer_ = std::move(writer);
    thread_ = std::thread([this] { Run(); });  // perhaps before the answer is sent
    responder.Send([answered = stream] {
      Response response;
      response.stream = answered;
      return response;
    });
  }
  bool WaitForEnd() { return ended_.Wait(); }
  std::vector<std::string> events() const { return listener_->events(); }
  int times_full() const { return times_full_; }

  static std::string Piece(int index) {
    return std::string(static_cast<std::size_t>(1'000 + index % 777),
                       static_cast<char>('a' + index % 26));
  }

 private:
  void Run() {
    for (int i = 0; i < pieces_ || pieces_ < 0; ++i) {
      Written written = Written::kFull;
      while ((written = writer_.Write(Piece(i))) == Written::kFull) {
        if (!writable_.Wait(++times_full_)) return;
      }
      if (written == Written::kEnded) return;
    }
    writer_.Finish();
  }

  const int pieces_;  // -1: without end
  const std::shared_ptr<RecordingListener> listener_ = std::make_shared<RecordingListener>();
  Signal writable_;
  Signal ended_;
  std::atomic<int> times_full_{0};
  StreamWriter writer_;
  std::thread thread_;
};

template <typename Base, typename Client>
class Streams : public Base {
 protected:
  ~Streams() override { this->Stop(); }  // before the producer, which the server still calls

  void Begin(int pieces) {
    this->handler.on_request = [this, pieces](Request request, Responder responder) {
      if (request.head.path != "/stream") {
        return testing::TestHandler::Echo(std::move(request), std::move(responder));
      }
      producer_ = std::make_unique<Producer>(pieces);
      producer_->Answer(std::move(responder));
      started_.Notify();
    };
    if constexpr (std::is_same_v<Client, TlsClient>) {
      this->StartTls();
    } else {
      this->Start();
    }
  }
  std::unique_ptr<Client> Connect() {
    typename Client::Options slow;
    if constexpr (std::is_same_v<Client, TlsClient>) {
      slow.tcp = HttpClient::SlowReader();
    } else {
      slow = HttpClient::SlowReader();
    }
    return std::make_unique<Client>(this->port(), slow);
  }

  void EveryByteReachesASlowReaderAndTheConnectionLivesOn() {
    constexpr int kPieces = 2'000;
    Begin(kPieces);
    const auto client = Connect();
    client->Send(Get("/stream") + Get("/next"));
    const auto response = client->Read();
    std::string expected;
    for (int i = 0; i < kPieces; ++i) expected += Producer::Piece(i);
    EXPECT_TRUE(response.whole);
    EXPECT_TRUE(response.body == expected);
    EXPECT_EQ(client->Read().body, "/next");
    ASSERT_TRUE(producer().WaitForEnd());
    EXPECT_GT(producer().times_full(), 0) << "nothing held the writer back";
    EXPECT_EQ(producer().events().back(), "finished");
  }

  void AReaderThatVanishesEndsItsStream() {
    Begin(-1);
    const auto client = Connect();
    client->Send(Get("/stream"));
    EXPECT_TRUE(client->ReadSome());
    client->Abort();
    ASSERT_TRUE(producer().WaitForEnd());
    EXPECT_EQ(producer().events().back(), "client gone");
  }

  void TheEndOfTheServerEndsItsStreams() {
    Begin(-1);
    const auto client = Connect();
    client->Send(Get("/stream"));
    EXPECT_TRUE(client->ReadSome());
    this->Stop();
    ASSERT_TRUE(producer().WaitForEnd());
    EXPECT_EQ(producer().events().back(), "client gone");
  }

  Producer& producer() {
    EXPECT_TRUE(started_.Wait());
    return *producer_;
  }

 private:
  Signal started_;
  std::unique_ptr<Producer> producer_;
};

using PlainStreams = Streams<testing::ServerTest, HttpClient>;
using TlsStreams = Streams<testing::TlsServerTest, TlsClient>;

TEST_F(PlainStreams, EveryByteReachesASlowReader) {
  EveryByteReachesASlowReaderAndTheConnectionLivesOn();
}
TEST_F(TlsStreams, EveryByteReachesASlowReader) {
  EveryByteReachesASlowReaderAndTheConnectionLivesOn();
}
TEST_F(PlainStreams, AReaderThatVanishesEndsItsStream) {
  Streams::AReaderThatVanishesEndsItsStream();
}
TEST_F(TlsStreams, AReaderThatVanishesEndsItsStream) {
  Streams::AReaderThatVanishesEndsItsStream();
}
TEST_F(PlainStreams, TheEndOfTheServerEndsItsStreams) {
  Streams::TheEndOfTheServerEndsItsStreams();
}
TEST_F(TlsStreams, TheEndOfTheServerEndsItsStreams) { Streams::TheEndOfTheServerEndsItsStreams(); }

// Writes a little, and aborts when the client has read it.
class AbortedStreams : public testing::TlsServerTest {
 protected:
  void Begin(bool tls = false) {
    handler.on_request = [this](Request, Responder responder) {
      StreamOptions stream_options;
      stream_options.drain_timeout = std::chrono::milliseconds(50);
      auto [made, stream] = MakeResponseStream(stream_options, listener);
      made.Write("half");
      writer = std::move(made);
      responder.Send([answered = stream] {
        Response response;
        response.stream = answered;
        return response;
      });
    };
    if (tls) {
      StartTls();
    } else {
      Start();
    }
  }
  StreamWriter writer;
  std::shared_ptr<RecordingListener> listener = std::make_shared<RecordingListener>();
};

TEST_F(AbortedStreams, TheClientSeesThatTheEndIsMissing) {
  Begin();
  HttpClient client(port());
  client.Send(Get("/"));
  EXPECT_TRUE(client.ReadSome());
  writer.Abort();
  const auto response = client.Read();
  EXPECT_EQ(response.status, 200);
  EXPECT_FALSE(response.whole);
}

TEST_F(AbortedStreams, AnHttp10ClientIsReset) {
  Begin();
  HttpClient client(port());
  client.Send("GET / HTTP/1.0\r\n\r\n");
  while (client.unread().find("half") == std::string::npos) ASSERT_TRUE(client.ReadSome());
  writer.Abort();
  EXPECT_FALSE(client.EndsInOrder()) << "an orderly end would be that of the body";
}

TEST_F(AbortedStreams, AnHttp10ClientGetsNoCloseNotify) {
  Begin(true);
  TlsClient client(port());
  client.Send("GET / HTTP/1.0\r\n\r\n");
  while (client.unread().find("half") == std::string::npos) ASSERT_TRUE(client.ReadSome());
  writer.Abort();
  EXPECT_FALSE(client.EndsInOrder()) << "it would be the end of the body";
}

TEST_F(AbortedStreams, TheDrainOfTheServerEndsInTimeWithAWriterThatIgnoresIt) {
  Begin();
  HttpClient client(port());
  client.Send(Get("/"));
  EXPECT_TRUE(client.ReadSome());
  server().StopAccepting();
  client.WaitForEnd();
  WaitForConnections(0);
  Stop();
  EXPECT_THAT(listener->events(), ElementsAre("drain", "drained"));
}

}  // namespace
}  // namespace gateway::http
