#include "kafka/topic_directory.h"

#include <pthread.h>

#include <utility>
#include <vector>

#include "kafka/kafka_errors.h"

namespace gateway {
namespace {

// So few waiters are produced with the lock held, which ends the race with those that come.
constexpr std::size_t kFewWaiters = 64;
constexpr int kRoundsUnlocked = 8;
constexpr std::chrono::milliseconds kFirstAnswerSlice{250};

}  // namespace

TopicDirectory::TopicDirectory(Options options, TopicLookup& lookup, Client& client)
    : options_(options), lookup_(lookup), client_(client), thread_([this] { Run(); }) {}

TopicDirectory::~TopicDirectory() {
  Stop();
  thread_.join();
}

void TopicDirectory::Enqueue(PendingRecord* record) {
  const std::string name(record->record().topic);
  std::optional<ErrorCode> refused;
  {
    const std::lock_guard lock(mutex_);
    const auto waiting = waiting_.find(name);
    if (waiting != waiting_.end()) {
      waiting->second.Push(record);
      return;
    }
    if (stopped_) {
      refused = ErrorCode::kDraining;
    } else if (!client_.IsKnown(name)) {
      refused = Admit(name);
      if (!refused) {
        waiting_[name].Push(record);
        names_.push_back(name);
        wake_.notify_one();
        return;
      }
    }
  }
  if (refused) {
    client_.Fail(record, MakeError(*refused, Persistence::kNotPersisted, record->record()));
    return;
  }
  // It became known between the caller's look and ours; all its waiters are out.
  if (std::optional<Error> error = client_.Produce(record)) {
    client_.Fail(record, *std::move(error));
  }
}

// Whether a look-up for `name` may start; the lock is held.
std::optional<ErrorCode> TopicDirectory::Admit(const std::string& name) {
  const auto absent = absent_.find(name);
  if (absent != absent_.end()) {
    if (Clock::now() < absent->second.until) return absent->second.code;
    absent_.erase(absent);
  }
  // A look-up would create the topic, and nothing can delete it.
  if (options_.max_topics != 0 && known_ + waiting_.size() >= options_.max_topics) {
    return ErrorCode::kTopicNotFound;
  }
  if (waiting_.size() >= options_.max_waiting_names) return ErrorCode::kOverloaded;
  return std::nullopt;
}

bool TopicDirectory::WaitIdle(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, until, [this] { return waiting_.empty() && busy_ == 0; });
}

void TopicDirectory::Stop() {
  {
    // Before the look-up is cancelled, or its waiters are told that no broker answers.
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  lookup_.Cancel();
  std::unique_lock lock(mutex_);
  FailAll(ErrorCode::kDraining, lock);
}

void TopicDirectory::Run() {
  pthread_setname_np(pthread_self(), "kafka-lookup");
  AwaitFirstAnswer();
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopped_ || !names_.empty(); });
    if (stopped_) return;
    const std::string name = std::move(names_.front());
    names_.pop_front();
    lock.unlock();
    const TopicLookup::Answer answer = lookup_.Find(name);
    lock.lock();
    if (stopped_) return;  // Stop has failed the waiters
    switch (answer) {
      case TopicLookup::Answer::kFound:
        Release(name, lock);
        break;
      case TopicLookup::Answer::kNotFound:
        FailOne(name, ErrorCode::kTopicNotFound, lock);
        break;
      case TopicLookup::Answer::kForbidden:
        FailOne(name, ErrorCode::kTopicAuthorizationFailed, lock);
        break;
      case TopicLookup::Answer::kIllegalName:
        FailOne(name, ErrorCode::kInvalidRecord, lock);
        break;
      case TopicLookup::Answer::kUnavailable:
        FailAll(client_.WhyUnavailable(), lock);  // the others would wait as long, one by one
        break;
    }
  }
}

// Readiness a second sooner than by the first statistics. Gives way to records.
void TopicDirectory::AwaitFirstAnswer() {
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || !names_.empty()) return;
    }
    if (lookup_.BrokerAnswers(kFirstAnswerSlice)) {
      client_.OnBrokerAnswered();
      return;
    }
  }
}

// The topic exists: its waiters go out, first without the lock while others queue up behind, the
// last few with it, and then the name is known.
void TopicDirectory::Release(const std::string& name, std::unique_lock<std::mutex>& lock) {
  if (!client_.Open(name)) {
    FailOne(name, ErrorCode::kProducerFailed, lock);
    return;
  }
  RecordQueue failed;
  std::deque<Error> errors;
  ++busy_;
  for (int round = 0; round < kRoundsUnlocked; ++round) {
    const auto waiting = waiting_.find(name);
    if (waiting == waiting_.end() || waiting->second.size() <= kFewWaiters) break;
    RecordQueue batch = std::exchange(waiting->second, RecordQueue());
    lock.unlock();
    ProduceQueue(std::move(batch), &failed, &errors);
    lock.lock();
  }
  const auto waiting = waiting_.find(name);
  if (waiting != waiting_.end()) {  // else Stop has failed the rest
    ProduceQueue(std::move(waiting->second), &failed, &errors);
    waiting_.erase(name);
    client_.Publish(name);
    ++known_;
  }
  lock.unlock();
  FailQueue(std::move(failed), std::move(errors));
  lock.lock();
  --busy_;
  idle_.notify_all();
}

void TopicDirectory::ProduceQueue(RecordQueue waiters, RecordQueue* failed,
                                  std::deque<Error>* errors) {
  while (PendingRecord* record = waiters.Pop()) {
    if (std::optional<Error> error = client_.Produce(record)) {
      failed->Push(record);
      errors->push_back(*std::move(error));
    }
  }
}

void TopicDirectory::FailOne(const std::string& name, ErrorCode code,
                             std::unique_lock<std::mutex>& lock) {
  const auto waiting = waiting_.find(name);
  if (waiting == waiting_.end()) return;
  RecordQueue waiters = std::move(waiting->second);
  waiting_.erase(waiting);
  if (code != ErrorCode::kProducerFailed) RememberAbsent(name, code);
  ++busy_;
  lock.unlock();
  FailQueue(std::move(waiters), code);
  lock.lock();
  --busy_;
  idle_.notify_all();
}

void TopicDirectory::FailAll(ErrorCode code, std::unique_lock<std::mutex>& lock) {
  std::vector<RecordQueue> all;
  for (auto& [name, waiters] : waiting_) all.push_back(std::move(waiters));
  waiting_.clear();
  names_.clear();
  ++busy_;
  lock.unlock();
  for (RecordQueue& waiters : all) FailQueue(std::move(waiters), code);
  lock.lock();
  --busy_;
  idle_.notify_all();
}

void TopicDirectory::FailQueue(RecordQueue waiters, ErrorCode code) {
  while (PendingRecord* record = waiters.Pop()) {
    client_.Fail(record, MakeError(code, Persistence::kNotPersisted, record->record()));
  }
}

void TopicDirectory::FailQueue(RecordQueue waiters, std::deque<Error> errors) {
  while (PendingRecord* record = waiters.Pop()) {
    client_.Fail(record, std::move(errors.front()));
    errors.pop_front();
  }
}

void TopicDirectory::RememberAbsent(const std::string& name, ErrorCode code) {
  const Clock::time_point now = Clock::now();
  if (absent_.size() >= options_.max_absent_names) {
    std::erase_if(absent_, [now](const auto& entry) { return entry.second.until <= now; });
  }
  if (absent_.size() >= options_.max_absent_names) return;  // a flood: each asks again
  absent_[name] = {code, now + options_.absent_for};
}

}  // namespace gateway
