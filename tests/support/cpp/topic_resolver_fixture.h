// A directory of topics between a cluster and a producer that do what the test says.
#ifndef GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_
#define GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
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
  // How many names each look-up was for.
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

// Keeps what is produced, in order.
class FakeClient final : public TopicResolver::Client {
 public:
  bool IsKnown(std::string_view topic) const override {
    const std::lock_guard lock(mutex_);
    return known_.contains(std::string(topic));
  }
  bool Open(const std::string&, const TopicLayout&) override { return can_open; }
  void Dispatch() override { dispatches.Add(); }
  void Update(const std::string&, const TopicLayout& layout) override {
    {
      const std::lock_guard lock(mutex_);
      layout_ = layout;
    }
    updates.Add();
  }
  void Forget(const std::string& topic) override {
    {
      const std::lock_guard lock(mutex_);
      known_.erase(topic);
    }
    forgotten.Add();
  }
  TopicLayout layout() const {
    const std::lock_guard lock(mutex_);
    return layout_;
  }
  std::optional<Error> Produce(PendingRecord* record) override {
    std::function<void()> hook;
    {
      const std::lock_guard lock(mutex_);
      hook = std::exchange(before_first_produce, {});
    }
    if (hook) hook();
    {
      const std::lock_guard lock(mutex_);
      if (!refuse) {
        produced_.push_back(record);
        produced_count.Add();
        return std::nullopt;
      }
    }
    return MakeError(ErrorCode::kOverloaded, Persistence::kNotPersisted, record->record());
  }
  void Publish(const std::string& topic) override {
    const std::lock_guard lock(mutex_);
    known_.insert(topic);
  }
  void Fail(PendingRecord* record, Error error) override { record->Report(std::move(error)); }
  ErrorCode WhyUnavailable() const override { return ErrorCode::kBrokersUnavailable; }
  void OnBrokerAnswered() override { answered.Add(); }

  std::vector<PendingRecord*> produced() const {
    const std::lock_guard lock(mutex_);
    return produced_;
  }

  Counter answered;
  Counter dispatches;
  Counter updates;
  Counter forgotten;
  Counter produced_count;
  std::function<void()> before_first_produce;  // set before the first record
  std::atomic<bool> can_open{true};
  std::atomic<bool> refuse{false};

 private:
  mutable std::mutex mutex_;
  std::set<std::string> known_;
  std::vector<PendingRecord*> produced_;
  TopicLayout layout_;
};

class TopicResolverTest : public ::testing::Test {
 protected:
  TopicResolver& Make(TopicResolver::Options options = {}) {
    resolver_ = std::make_unique<TopicResolver>(options, lookup_, client_);
    EXPECT_TRUE(client_.answered.WaitFor(1));
    return *resolver_;
  }
  FakeMetadataSource lookup_;
  FakeClient client_;
  std::unique_ptr<TopicResolver> resolver_;
};

}  // namespace gateway::testing

#endif  // GATEWAY_TESTS_SUPPORT_CPP_TOPIC_RESOLVER_FIXTURE_H_
