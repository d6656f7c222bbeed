// Shared by the tests of streaming answers: a listener that records its calls.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_STREAM_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_STREAM_FIXTURE_H_

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/response_stream.h"

namespace gateway::testing {

inline std::string_view NameOf(http::StreamEnd end) {
  switch (end) {
    case http::StreamEnd::kFinished:
      return "finished";
    case http::StreamEnd::kAborted:
      return "aborted";
    case http::StreamEnd::kClientGone:
      return "client gone";
    case http::StreamEnd::kStalled:
      return "stalled";
    case http::StreamEnd::kDrained:
      return "drained";
  }
  return "";
}

class RecordingListener final : public http::StreamListener {
 public:
  std::function<void()> on_writable;
  std::function<void()> on_drain;
  std::function<void()> on_end;

  void OnWritable() override {
    Note("writable");
    if (on_writable) on_writable();
  }
  void OnDrain() override {
    Note("drain");
    if (on_drain) on_drain();
  }
  void OnEnd(http::StreamEnd end) override {
    Note(NameOf(end));
    if (on_end) on_end();
  }
  // In order; the last one says how the stream ended.
  std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  void Note(std::string_view event) {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(event);
  }

  mutable std::mutex mutex_;
  std::vector<std::string> events_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_STREAM_FIXTURE_H_
