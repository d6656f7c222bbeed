// Fuzzes a streamed answer: each byte of the input is a step of its writer, of the kernel that
// takes the bytes, or of the clock. The fuzzer checks:
//   - once the kernel takes everything and the writer has finished, exactly the writer's accepted
//     bytes were sent, in order and framed, and later requests are answered;
//   - a writer that found the buffer full gets OnWritable once there is room, without a further
//   event;
//   - the buffer stays within its limit, and the writer is told of the end exactly once.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "support/cpp/fuzzing.h"
#include "support/cpp/scripted_connection.h"

namespace gateway::http {
namespace {

using testing::Require;
using testing::ScriptedConnection;
using testing::ScriptedOutput;

constexpr std::size_t kBuffer = 100;
constexpr std::string_view kBeat = "beat";

class Listener final : public StreamListener {
 public:
  void OnWritable() override {
    Require(ends == 0);
    full = false;
  }
  void OnDrain() override { Require(ends == 0); }
  void OnEnd(StreamEnd reason) override {
    ++ends;
    end = reason;
  }
  bool full = false;
  int ends = 0;
  StreamEnd end = StreamEnd::kFinished;
};

class Run final {
 public:
  Run() {
    connection_.handler.on_request = [this](Request request, Responder responder) {
      if (request.head.path != "/stream") {
        return responder.Send([] {
          Response response;
          response.body = "next";
          return response;
        });
      }
      StreamOptions options;
      options.max_buffered_bytes = kBuffer;
      options.heartbeat = kBeat;
      options.heartbeat_interval = std::chrono::milliseconds(100);
      auto [writer, stream] = MakeResponseStream(options, listener_);
      writer_ = std::move(writer);
      responder.Send([answered = stream] {
        Response response;
        response.stream = answered;
        return response;
      });
    };
    connection_.Arrive(
        "GET /stream HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n");
    connection_.RunUntilQuiet();
  }

  void Step(std::uint8_t step) {
    const std::size_t amount = step / 8U;
    switch (step % 8) {
      case 0:
      case 1:
        Write(amount);
        break;
      case 2:
        Write(amount * 8);
        break;
      case 3:  // the loop does not run yet
        Write(amount, false);
        break;
      case 4:
        connection_.SetRoom(amount);
        break;
      case 5:
        connection_.SetRoom(amount * 8);
        connection_.RunUntilQuiet();
        break;
      case 6:
        connection_.Advance(std::chrono::milliseconds(amount * 5));
        break;
      case 7:
        connection_.SetRoom(ScriptedOutput::kUnlimited);
        connection_.RunUntilQuiet();
        Require(connection_.closed() || !listener_->full);
        break;
    }
  }

  void End() {
    connection_.SetRoom(ScriptedOutput::kUnlimited);
    connection_.RunUntilQuiet();
    Require(connection_.closed() || !listener_->full);
    writer_.Finish();
    connection_.RunUntilQuiet();
    Require(listener_->ends == 1);
    if (connection_.closed()) return;  // it stalled
    Require(listener_->end == StreamEnd::kFinished);
    Check();
  }

 private:
  void Write(std::size_t bytes, bool run = true) {
    std::string piece;
    for (std::size_t i = 0; i < bytes; ++i) piece += static_cast<char>('0' + written_.size() % 10);
    switch (writer_.Write(piece)) {
      case StreamWriter::Written::kTaken:
        written_ += piece;
        break;
      case StreamWriter::Written::kFull:
        listener_->full = true;
        break;
      case StreamWriter::Written::kEnded:
        Require(listener_->ends == 1);
        break;
    }
    if (run) connection_.TakeMessages();
  }

  // The chunks, without heartbeats, are the written bytes; the next answer follows.
  void Check() const {
    std::string_view out = connection_.output();
    out.remove_prefix(out.find("\r\n\r\n") + 4);
    std::string text;
    while (true) {
      const std::size_t line = out.find("\r\n");
      Require(line != std::string_view::npos);
      const std::size_t size = std::stoul(std::string(out.substr(0, line)), nullptr, 16);
      const std::string_view chunk = out.substr(line + 2, size);
      Require(out.substr(line + 2 + size, 2) == "\r\n");
      out.remove_prefix(line + 2 + size + 2);
      if (size == 0) break;
      if (chunk != kBeat) text += chunk;
    }
    Require(text == written_);
    Require(out.starts_with("HTTP/1.1 200 OK\r\n") && out.ends_with("next"));
  }

  const std::shared_ptr<Listener> listener_ = std::make_shared<Listener>();
  StreamWriter writer_;
  std::string written_;
  ScriptedConnection connection_{ConnectionLimits()};
};

}  // namespace
}  // namespace gateway::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  gateway::http::Run run;
  for (std::size_t i = 0; i < std::min<std::size_t>(size, 500); ++i) run.Step(data[i]);
  run.End();
  return 0;
}
