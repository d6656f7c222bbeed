// One Connection without sockets, loop or threads: a test says what arrives and when, and lets the
// connection have turns until it asks for none. What has not happened by then would need another
// event, which a client that waits for its answer never sends. Without GoogleTest, so that fuzzers
// can use it.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_
#define GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/h1/body_decoder.h"
#include "api/http/net/connection.h"
#include "support/cpp/fakes.h"

namespace gateway::testing {

// What arrives, read by read: a read never spans two pieces.
struct ScriptedInput {
  std::deque<std::string> pieces;
  bool ended = false;
};

class ScriptedStream final : public http::Stream {
 public:
  ScriptedStream(ScriptedInput* input, std::string* output) : input_(input), output_(output) {}

  http::IoResult Read(char* buffer, std::size_t size) override {
    using Status = http::IoResult::Status;
    if (input_->pieces.empty()) return {input_->ended ? Status::kEnd : Status::kWouldBlock, 0};
    std::string& piece = input_->pieces.front();
    const std::size_t bytes = std::min(size, piece.size());
    std::memcpy(buffer, piece.data(), bytes);
    piece.erase(0, bytes);
    if (piece.empty()) input_->pieces.pop_front();
    return {Status::kOk, bytes};
  }
  http::IoResult Write(const iovec* pieces, int count) override {
    std::size_t bytes = 0;
    for (int i = 0; i < count; ++i) {
      output_->append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
      bytes += pieces[i].iov_len;
    }
    return {http::IoResult::Status::kOk, bytes};
  }
  void ShutdownWrite() override {}
  int fd() const override { return -1; }

 private:
  ScriptedInput* const input_;
  std::string* const output_;
};

// Undoes the coding of each body and answers at once; remembers what it was asked.
class RecordingHandler final : public http::HttpHandler {
 public:
  std::vector<std::string> bodies;           // of the requests, in order
  std::vector<http::FramingError> refusals;  // at most one: the connection ends with it
  std::size_t answers = 0;                   // built, to requests

  http::HeadVerdict OnHead(const http::RequestHead& head, std::string_view) override {
    http::HeadVerdict verdict;
    verdict.coding = http::ContentCodingOf(head).value_or(http::ContentCoding::kIdentity);
    return verdict;
  }
  void OnRequest(http::Request request, std::shared_ptr<http::RequestState>,
                 http::Responder responder) override {
    bodies.push_back(std::move(request.body));
    responder.Send([this] {
      ++answers;
      return http::Response();
    });
  }
  http::Response OnRefused(const http::FramingError& error, const http::RequestHead*,
                           std::string_view, std::shared_ptr<http::RequestState>) override {
    refusals.push_back(error);
    http::Response response;
    response.status = 400;
    return response;
  }
};

class ScriptedConnection final {
 public:
  explicit ScriptedConnection(http::ConnectionLimits limits)
      : limits_(limits), queue_(std::make_shared<http::CompletionQueue>()) {
    queue_->Open({});
    connection_ = std::make_unique<http::Connection>(
        loop_, std::make_unique<ScriptedStream>(&input_, &output), 1, "192.0.2.1");
  }
  ScriptedConnection(const ScriptedConnection&) = delete;
  ScriptedConnection& operator=(const ScriptedConnection&) = delete;
  ~ScriptedConnection() { queue_->Close(); }

  // `bytes` can be read in one go.
  void Arrive(std::string_view bytes) {
    if (!bytes.empty()) input_.pieces.emplace_back(bytes);
  }
  // The client sends nothing more, but still reads.
  void HalfClose() { input_.ended = true; }
  // The descriptor became readable. Afterwards the connection has had all its turns.
  void RunUntilQuiet() {
    do {
      if (!connection_->closed()) connection_->OnReadable();
      TakeAnswers();
    } while (connection_->wants_turn() && !connection_->closed());
  }
  bool closed() const { return connection_->closed(); }

  RecordingHandler handler;
  std::string output;

 private:
  // Like the loop at the end of an iteration.
  void TakeAnswers() {
    std::vector<http::CompletionQueue::Completion> completions;
    std::vector<http::CompletionQueue::Task> tasks;
    while (queue_->Take(&completions, &tasks)) {
      for (const auto& completion : std::exchange(completions, {})) {
        connection_->OnAnswer(completion.id.sequence, completion.build);
      }
    }
  }

  const http::ConnectionLimits limits_;
  FakeMetrics metrics_;
  FakeLogger logger_;
  const std::shared_ptr<http::CompletionQueue> queue_;
  http::LoopContext loop_{.limits = limits_,
                          .handler = handler,
                          .metrics = metrics_,
                          .logger = logger_,
                          .queue = queue_,
                          .writer = {},
                          .now = {},
                          .random = {},
                          .scratch = std::string(std::size_t{64} * 1024, '\0')};
  ScriptedInput input_;
  std::unique_ptr<http::Connection> connection_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_
