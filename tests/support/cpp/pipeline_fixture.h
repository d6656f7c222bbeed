// The whole of `api` without a socket: a request goes through the pipeline as if a connection had
// read it, and its answer is taken from a completion queue whose loop is the test's thread.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_PIPELINE_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_PIPELINE_FIXTURE_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "api/http/h1/framer.h"
#include "api/http/net/completion_queue.h"
#include "api/pipeline/cors.h"
#include "api/pipeline/pipeline.h"
#include "service/ports/clock.h"
#include "support/cpp/fakes.h"

namespace gateway::testing {

// The value of the header, "" if there is none.
inline std::string HeaderOf(const http::Response& response, std::string_view name) {
  for (const auto& [header, value] : response.headers) {
    if (http::EqualsIgnoreCase(header, name)) return value;
  }
  return {};
}

inline nlohmann::json JsonOf(const http::Response& response) {
  return nlohmann::json::parse(response.Body(), nullptr, false);
}

class PipelineTest : public ::testing::Test {
 protected:
  explicit PipelineTest(Tracer& tracer = NoTracer())
      : pipeline(router, cors, access_log, admission, lifecycle, clock, metrics, logger, tracer) {
    queue->Open([this](http::RequestId, Clock::TimePoint when, http::CompletionQueue::Task task) {
      deadline_at = when;
      on_deadline = std::move(task);
    });
  }
  ~PipelineTest() override {
    on_deadline = nullptr;
    queue->Close();
  }

  // Passes a request in its wire format to its handler. An answer to the head alone is in
  // `early_answer`.
  void Begin(std::string_view wire) {
    early_answer.reset();
    framer.Reset();
    std::shared_ptr<http::RequestState> state;
    while (true) {
      switch (framer.Feed(&wire)) {
        case http::RequestFramer::Event::kHead: {
          http::HeadVerdict verdict = Decided(handler->OnHead(framer.head(), peer));
          if (verdict.answer) {
            early_answer = std::move(verdict.answer);
            return;
          }
          state = std::move(verdict.state);
          break;
        }
        case http::RequestFramer::Event::kBodyData:
          if (!state->OnBodyBytes(framer.body_bytes())) {
            early_answer = handler->OnRefused({http::RequestError::Kind::kNoRoom}, &framer.head(),
                                              peer, std::move(state));
            return;
          }
          break;
        case http::RequestFramer::Event::kComplete:
          handler->OnRequest(http::Request{framer.head(), framer.TakeBody(), framer.body_bytes()},
                             std::move(state), http::Responder(queue, {1, ++sequence}));
          return;
        case http::RequestFramer::Event::kNeedMore:
        case http::RequestFramer::Event::kError:
          FAIL() << "the test's own request is not complete: " << framer.error().reason;
      }
    }
  }
  // Waits until a postponed verdict is there, whichever thread decides.
  http::HeadVerdict Decided(http::HeadVerdict verdict) {
    std::vector<http::CompletionQueue::Completion> completions;
    std::vector<http::CompletionQueue::Task> tasks;
    while (verdict.later) {
      ++postponed;
      verdict.later(http::VerdictHandle(queue, {1, ++sequence}));
      while (!queue->Take(&completions, &tasks)) std::this_thread::yield();
      verdict = std::get<http::VerdictHandle::Decision>(completions.at(0).message)(framer.head());
    }
    return verdict;
  }
  // The answer, if there is one already.
  std::optional<http::Response> Answer() {
    if (early_answer) return std::exchange(early_answer, std::nullopt);
    std::vector<http::CompletionQueue::Completion> completions;
    std::vector<http::CompletionQueue::Task> tasks;
    queue->Take(&completions, &tasks);
    EXPECT_LE(completions.size(), 1U) << "a request is answered once";
    if (completions.empty()) return std::nullopt;
    on_deadline = nullptr;  // as a connection does
    return std::get<http::Responder::Build>(completions.front().message)();
  }
  http::Response Ask(std::string_view wire) {
    Begin(wire);
    auto answer = Answer();
    EXPECT_TRUE(answer.has_value()) << "no answer to " << wire;
    return answer ? std::move(*answer) : http::Response();
  }

  const http::Peer peer{"192.0.2.1", 4'711, std::nullopt};
  FakeClock clock;
  FakeMetrics metrics;
  FakeLogger logger;
  Lifecycle lifecycle;
  Router router;
  AccessLog access_log{logger, AccessLogOptions{AccessLogOptions::Mode::kAll, 0, {}}};
  Admission admission{2, 1'000};
  Cors cors{{}};
  Pipeline pipeline;
  http::HttpHandler* handler = &pipeline;  // through which requests pass
  std::shared_ptr<http::CompletionQueue> queue = std::make_shared<http::CompletionQueue>();
  http::FramerLimits limits;
  http::RequestFramer framer{limits};
  std::uint64_t sequence = 0;
  int postponed = 0;  // verdicts
  std::optional<http::Response> early_answer;
  Clock::TimePoint deadline_at{};
  std::function<void()> on_deadline;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_PIPELINE_FIXTURE_H_
