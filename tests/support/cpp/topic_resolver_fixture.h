// A TopicResolver between a cluster and a producer that the test controls.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "infra/kafka/metadata/topic_resolver.h"
#include "support/cpp/kafka_test_support.h"

namespace gateway::testing {

// Answers when the test says so.
class FakeMetadataSource final : public MetadataSource {
 public:
  Replies Lookup(const std::vector<std::string>& names) override {
    std::unique_lock lock(mutex_);
    asked_.insert(asked_.end(), names.begin(), names.end());
    names_per_lookup_.push_back(names.size());
    changed_.notify_all();
    const auto may_answer = [&] { return silent_ || answers_.size() >= names.size(); };
    changed_.wait(lock, [&] { return cancelled_ || may_answer(); });
    if (cancelled_ || silent_) return std::nullopt;
    std::vector<MetadataSource::Reply> replies;
    for (std::size_t i = 0; i < names.size(); ++i) {
      replies.push_back({answers_.front(), {{1, 1}}});
      answers_.pop_front();
    }
    return replies;
  }
  // The test's reply, for every name.
  Replies Refresh(const std::vector<std::string>& topics) override {
    const std::lock_guard lock(mutex_);
    refreshes.Add();
    if (!seen_ || topics.empty()) return std::nullopt;
    return std::vector<MetadataSource::Reply>(topics.size(), *seen_);
  }
  void See(std::optional<MetadataSource::Reply> seen) {
    const std::lock_guard lock(mutex_);
    seen_ = std::move(seen);
  }
  Counter refreshes;
  bool BrokerAnswers(std::chrono::milliseconds) override { return true; }
  void Cancel() override {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    changed_.notify_all();
  }
  void Reply(Answer answer) {
    const std::lock_guard lock(mutex_);
    answers_.push_back(answer);
    changed_.notify_all();
  }
  // From now on no broker answers.
  void BeSilent() {
    const std::lock_guard lock(mutex_);
    silent_ = true;
    changed_.notify_all();
  }
  // The number of names of each look-up.
  std::vector<std::size_t> names_per_lookup() const {
    const std::lock_guard lock(mutex_);
    return names_per_lookup_;
  }
  void AwaitAsked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kHang, [&] { return asked_.size() >= count; });
  }
  std::vector<std::string> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Answer> answers_;
  std::optional<MetadataSource::Reply> seen_;
  std::vector<std::string> asked_;
  std::vector<std::size_t> names_per_lookup_;
  bool cancelled_ = false;
  bool silent_ = false;
};

// Records the results.
class FakeListener final : public TopicResolver::Listener {
 public:
  using Names = std::vector<std::string>;

  bool OnFound(const std::string& topic, const TopicLayout&) override {
    if (can_open) Add(&found_, topic);
    return can_open;
  }
  void OnUnresolved(const std::string& topic, ErrorCode code) override {
    std::function<void()> hook;
    {
      const std::lock_guard lock(mutex_);
      codes_[topic] = code;
      hook = std::exchange(on_unresolved, {});
    }
    Add(&unresolved_, topic);
    if (hook) hook();
  }
  void OnLayout(const std::string&, const TopicLayout& layout) override {
    {
      const std::lock_guard lock(mutex_);
      layout_ = layout;
    }
    layouts.Add();
  }
  void OnGone(const std::string& topic) override { Add(&gone_, topic); }
  ErrorCode WhyUnavailable() const override { return ErrorCode::kBrokersUnavailable; }
  void OnBrokerAnswered() override { answered.Add(); }

  // Waits until there are so many names; returns them in the order of their results.
  Names AwaitFound(std::size_t count) { return Await(found_, count); }
  Names AwaitUnresolved(std::size_t count) { return Await(unresolved_, count); }
  Names AwaitGone(std::size_t count) { return Await(gone_, count); }
  ErrorCode CodeOf(const std::string& topic) const {
    const std::lock_guard lock(mutex_);
    return codes_.at(topic);
  }
  TopicLayout layout() const {
    const std::lock_guard lock(mutex_);
    return layout_;
  }

  Counter answered;
  Counter layouts;
  std::function<void()> on_unresolved;  // set before the first name
  std::atomic<bool> can_open{true};

 private:
  void Add(Names* names, const std::string& topic) {
    const std::lock_guard lock(mutex_);
    names->push_back(topic);
    changed_.notify_all();
  }
  Names Await(const Names& names, std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kHang, [&] { return names.size() >= count; });
    return names;
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Names found_;
  Names unresolved_;
  Names gone_;
  std::map<std::string, ErrorCode> codes_;
  TopicLayout layout_;
};

class TopicResolverTest : public ::testing::Test {
 protected:
  TopicResolver& Make(TopicResolver::Options options = {}) {
    resolver_ = std::make_unique<TopicResolver>(options, metadata_, listener_, clock_);
    EXPECT_TRUE(listener_.answered.WaitFor(1));
    return *resolver_;
  }
  FakeMetadataSource metadata_;
  FakeListener listener_;
  SystemClock clock_;
  std::unique_ptr<TopicResolver> resolver_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_
