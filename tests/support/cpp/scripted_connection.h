// One Connection without sockets, loop or threads: a test says which bytes arrive and when, and
// gives the connection turns until it asks for none. Anything that has not happened by then would
// need another event, which a client that waits for its answer never causes. Without GoogleTest, so
// that fuzzers can use it.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_
#define GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/h1/body_decoder.h"
#include "api/http/net/connection.h"
#include "support/cpp/fakes.h"

namespace gateway::testing {

// The bytes that arrive, read by read: a read never spans two pieces.
struct ScriptedInput {
  std::deque<std::string> pieces;
  bool ended = false;
};

// The bytes that were written, and how many more the kernel takes.
struct ScriptedOutput {
  static constexpr std::size_t kUnlimited = static_cast<std::size_t>(-1);
  std::string bytes;
  std::size_t room = kUnlimited;
};

class ScriptedStream final : public http::Stream {
 public:
  ScriptedStream(ScriptedInput* input, ScriptedOutput* output) : input_(input), output_(output) {}

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
      const std::size_t taken = std::min(pieces[i].iov_len, output_->room);
      output_->bytes.append(static_cast<const char*>(pieces[i].iov_base), taken);
      if (output_->room != ScriptedOutput::kUnlimited) output_->room -= taken;
      bytes += taken;
    }
    if (bytes == 0) return {http::IoResult::Status::kWouldBlock, 0};
    return {http::IoResult::Status::kOk, bytes};
  }
  void ShutdownWrite() override {}
  void Abort() override {}
  int fd() const override { return -1; }

 private:
  ScriptedInput* const input_;
  ScriptedOutput* const output_;
};

// Decodes each body and answers at once, unless the test wants something else; remembers the
// requests.
class RecordingHandler final : public http::HttpHandler {
 public:
  std::function<http::HeadVerdict(const http::RequestHead&)> on_head;
  std::function<void(http::Request, http::Responder)> on_request;
  std::vector<std::string> bodies;           // of the requests, in order
  std::vector<http::RequestError> refusals;  // at most one: it ends the connection
  std::size_t answers = 0;                   // number of answers built for requests

  http::HeadVerdict OnHead(const http::RequestHead& head, const http::Peer&) override {
    if (on_head) return on_head(head);
    http::HeadVerdict verdict;
    verdict.coding = http::ContentCodingOf(head).value_or(http::ContentCoding::kIdentity);
    return verdict;
  }
  void OnRequest(http::Request request, std::shared_ptr<http::RequestState>,
                 http::Responder responder) override {
    if (on_request) return on_request(std::move(request), std::move(responder));
    bodies.push_back(std::move(request.body));
    responder.Send([this] {
      ++answers;
      return http::Response();
    });
  }
  http::Response OnRefused(const http::RequestError& error, const http::RequestHead*,
                           const http::Peer&, std::shared_ptr<http::RequestState>) override {
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
    queue_->Open([this](http::RequestId id, http::Connection::TimePoint when,
                        http::CompletionQueue::Task task) {
      connection_->SetRequestDeadline(id.sequence, when, std::move(task));
    });
    connection_ = std::make_unique<http::Connection>(
        loop_, std::make_unique<ScriptedStream>(&input_, &output_), kId,
        http::Peer{"192.0.2.1", 4'711, std::nullopt});
  }
  ScriptedConnection(const ScriptedConnection&) = delete;
  ScriptedConnection& operator=(const ScriptedConnection&) = delete;
  ~ScriptedConnection() {
    Disconnect();
    queue_->Close();
  }

  // `bytes` can be read at once.
  void Arrive(std::string_view bytes) {
    if (!bytes.empty()) input_.pieces.emplace_back(bytes);
  }
  // Each byte has to be read separately.
  void Drip(std::string_view bytes) {
    for (const char byte : bytes) input_.pieces.emplace_back(1, byte);
  }
  // The client sends nothing more, but still reads.
  void HalfClose() { input_.ended = true; }
  // The kernel takes `room` bytes more, from now on.
  void SetRoom(std::size_t room) { output_.room = room; }
  // The descriptor becomes readable and, if the kernel takes bytes, writable. Returns after every
  // turn that the connection wanted.
  void RunUntilQuiet() {
    do {
      if (!closed() && output_.room > 0) connection_->OnWritable();
      if (!closed()) connection_->OnReadable();
      TakeMessages();
    } while (!closed() && connection_->wants_turn());
  }
  // Like RunUntilQuiet, but only with answers from other threads.
  void TakeMessages() {
    std::vector<http::CompletionQueue::Completion> completions;
    std::vector<http::CompletionQueue::Task> tasks;
    while (queue_->Take(&completions, &tasks)) {
      for (const auto& completion : std::exchange(completions, {})) Deliver(completion);
    }
  }
  // Lets time pass, step by step from one deadline to the next.
  void Advance(std::chrono::milliseconds by) {
    const auto until = loop_.now + by;
    while (!closed() && connection_->deadline() <= until) {
      loop_.now = std::max(loop_.now, connection_->deadline());
      connection_->OnDeadline();
      TakeMessages();
    }
    loop_.now = until;
  }
  void Drain() {
    loop_.closing = true;
    loop_.draining = true;
    if (!closed()) connection_->OnDrain();
    TakeMessages();
  }
  // The client disconnects, or the server ends.
  void Disconnect() { connection_.reset(); }

  bool closed() const { return connection_ == nullptr || connection_->closed(); }
  bool finished() const { return closed() || connection_->finished(); }
  // Bytes that arrived but were not read.
  std::size_t unread() const {
    std::size_t bytes = 0;
    for (const std::string& piece : input_.pieces) bytes += piece.size();
    return bytes;
  }
  const std::string& output() const { return output_.bytes; }
  http::Connection::TimePoint now() const { return loop_.now; }

  RecordingHandler handler;
  FakeMetrics metrics;

 private:
  static constexpr std::uint64_t kId = 1;

  void Deliver(const http::CompletionQueue::Completion& completion) {
    if (!closed()) connection_->OnCompletion(completion);
  }

  const http::ConnectionLimits limits_;
  FakeClock clock_;
  FakeLogger logger_;
  const std::shared_ptr<http::CompletionQueue> queue_;
  http::LoopContext loop_{.limits = limits_,
                          .handler = handler,
                          .clock = clock_,
                          .metrics = metrics,
                          .logger = logger_,
                          .queue = queue_,
                          .writer = {},
                          .now = http::Connection::TimePoint(std::chrono::hours(1)),
                          .random = {},
                          .scratch = std::string(std::size_t{64} * 1024, '\0')};
  ScriptedInput input_;
  ScriptedOutput output_;
  std::unique_ptr<http::Connection> connection_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_SCRIPTED_CONNECTION_H_
