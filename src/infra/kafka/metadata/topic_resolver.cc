#include "infra/kafka/metadata/topic_resolver.h"

#include <pthread.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "infra/kafka/types/record_errors.h"
#include "service/produce/produce_operation.h"

namespace gateway {
namespace {

// So few waiters are produced with the lock held, which ends the race with those that come.
constexpr std::size_t kFewWaiters = 64;
constexpr int kRoundsUnlocked = 8;
constexpr std::chrono::milliseconds kFirstAnswerSlice{250};
// A broker that has just started may not know every topic yet.
constexpr int kGoneAfter = 2;

}  // namespace

TopicResolver::TopicResolver(Options options, MetadataSource& lookup, Client& client)
    : options_(options),
      lookup_(lookup),
      client_(client),
      refresh_at_(Clock::now() + options.refresh_every),
      thread_([this] { Run(); }) {}

TopicResolver::~TopicResolver() {
  Stop();
  thread_.join();
}

void TopicResolver::Enqueue(PendingRecord* record) {
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
  client_.Dispatch();
}

// Whether a look-up for `name` may start; the lock is held.
std::optional<ErrorCode> TopicResolver::Admit(const std::string& name) {
  const auto absent = absent_.find(name);
  if (absent != absent_.end()) {
    if (Clock::now() < absent->second.until) return absent->second.code;
    absent_.erase(absent);
  }
  // A look-up would create the topic, and nothing can delete it.
  if (options_.max_topics != 0 && known_.size() + waiting_.size() >= options_.max_topics) {
    return ErrorCode::kTopicNotFound;
  }
  if (waiting_.size() >= options_.max_waiting_names) return ErrorCode::kOverloaded;
  return std::nullopt;
}

void TopicResolver::RefreshSoon() {
  const std::lock_guard lock(mutex_);
  const Clock::time_point soon = std::max(Clock::now(), refreshed_ + options_.refresh_soon);
  if (soon >= refresh_at_) return;
  refresh_at_ = soon;
  wake_.notify_one();
}

void TopicResolver::Sweep() {
  RecordQueue withdrawn;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [name, waiters] : waiting_) {
      RecordQueue kept;
      while (PendingRecord* const record = waiters.Pop()) {
        (record->withdrawn() ? withdrawn : kept).Push(record);
      }
      waiters = std::move(kept);
    }
  }
  while (PendingRecord* const record = withdrawn.Pop()) {
    client_.Fail(record, WithdrawnReport().error());
  }
}

bool TopicResolver::WaitIdle(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return idle_.wait_until(lock, until, [this] { return waiting_.empty() && busy_ == 0; });
}

void TopicResolver::Stop() {
  {
    // Before the look-up is cancelled, or its waiters would fail as if no broker answered.
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    wake_.notify_all();
  }
  lookup_.Cancel();
  std::unique_lock lock(mutex_);
  FailAll(ErrorCode::kDraining, lock);
}

void TopicResolver::Run() {
  pthread_setname_np(pthread_self(), "kafka-lookup");
  AwaitFirstAnswer();
  std::unique_lock lock(mutex_);
  bool looked_up = false;
  while (true) {
    wake_.wait_until(lock, refresh_at_,
                     [this] { return stopped_ || !names_.empty() || Clock::now() >= refresh_at_; });
    if (stopped_) return;
    // In turns, or a client that invents names would keep leaders that moved from being noticed.
    const bool refresh_due = Clock::now() >= refresh_at_;
    if (!names_.empty() && !(refresh_due && looked_up)) {
      LookUp(lock);
      looked_up = true;
    } else if (refresh_due) {
      Refresh(lock);
      looked_up = false;
    }
  }
}

void TopicResolver::LookUp(std::unique_lock<std::mutex>& lock) {
  std::vector<std::string> names;
  while (!names_.empty() && names.size() < options_.names_per_lookup) {
    names.push_back(std::move(names_.front()));
    names_.pop_front();
  }
  lock.unlock();
  const MetadataSource::Replies replies = lookup_.Lookup(names);
  lock.lock();
  if (stopped_) return;  // Stop has failed the waiters
  if (!replies) {
    return FailAll(client_.WhyUnavailable(), lock);  // the others would wait as long
  }
  for (std::size_t i = 0; i < names.size() && !stopped_; ++i) {
    Settle(names[i], (*replies)[i], lock);
  }
}

void TopicResolver::Settle(const std::string& name, const MetadataSource::Reply& reply,
                           std::unique_lock<std::mutex>& lock) {
  switch (reply.answer) {
    case MetadataSource::Answer::kFound:
      Release(name, reply.layout, lock);
      break;
    case MetadataSource::Answer::kNotFound:
      FailOne(name, ErrorCode::kTopicNotFound, lock);
      break;
    case MetadataSource::Answer::kUnavailable:
      FailOne(name, ErrorCode::kBrokersUnavailable, lock);
      break;
    case MetadataSource::Answer::kForbidden:
      FailOne(name, ErrorCode::kTopicAuthorizationFailed, lock);
      break;
    case MetadataSource::Answer::kIllegalName:
      FailOne(name, ErrorCode::kInvalidRecord, lock);
      break;
  }
}

// One request for all known topics. No answer changes nothing: what is known stays true until
// somebody says otherwise.
void TopicResolver::Refresh(std::unique_lock<std::mutex>& lock) {
  std::vector<std::string> names;
  names.reserve(known_.size());
  for (const auto& [name, missed] : known_) names.push_back(name);
  lock.unlock();
  const auto replies = lookup_.Refresh(names);
  std::vector<std::string> gone;
  bool doubtful = false;
  for (std::size_t i = 0; replies && i < names.size(); ++i) {
    int& missed = known_[names[i]];  // only this thread changes it
    const MetadataSource::Reply& reply = (*replies)[i];
    const bool absent = reply.answer == MetadataSource::Answer::kNotFound;
    missed = absent ? missed + 1 : 0;
    if (reply.answer == MetadataSource::Answer::kFound) client_.Update(names[i], reply.layout);
    if (missed >= kGoneAfter) {
      client_.Forget(names[i]);
      gone.push_back(names[i]);
    } else {
      doubtful = doubtful || absent;
    }
  }
  lock.lock();
  for (const std::string& name : gone) {
    known_.erase(name);
    RememberAbsent(name, ErrorCode::kTopicNotFound);
  }
  refreshed_ = Clock::now();
  refresh_at_ = refreshed_ + (doubtful ? options_.absent_for : options_.refresh_every);
}

// Readiness sooner than by the first statistics. Gives way to records.
void TopicResolver::AwaitFirstAnswer() {
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
void TopicResolver::Release(const std::string& name, const TopicLayout& layout,
                            std::unique_lock<std::mutex>& lock) {
  if (!client_.Open(name, layout)) {
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
    known_[name] = 0;
  }
  lock.unlock();
  client_.Dispatch();
  FailQueue(std::move(failed), std::move(errors));
  lock.lock();
  --busy_;
  idle_.notify_all();
}

void TopicResolver::ProduceQueue(RecordQueue waiters, RecordQueue* failed,
                                 std::deque<Error>* errors) {
  while (PendingRecord* record = waiters.Pop()) {
    if (std::optional<Error> error = client_.Produce(record)) {
      failed->Push(record);
      errors->push_back(*std::move(error));
    }
  }
}

void TopicResolver::FailOne(const std::string& name, ErrorCode code,
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

void TopicResolver::FailAll(ErrorCode code, std::unique_lock<std::mutex>& lock) {
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

void TopicResolver::FailQueue(RecordQueue waiters, ErrorCode code) {
  while (PendingRecord* record = waiters.Pop()) {
    client_.Fail(record, MakeError(code, Persistence::kNotPersisted, record->record()));
  }
}

void TopicResolver::FailQueue(RecordQueue waiters, std::deque<Error> errors) {
  while (PendingRecord* record = waiters.Pop()) {
    client_.Fail(record, std::move(errors.front()));
    errors.pop_front();
  }
}

void TopicResolver::RememberAbsent(const std::string& name, ErrorCode code) {
  const Clock::time_point now = Clock::now();
  if (absent_.size() >= options_.max_absent_names) {
    std::erase_if(absent_, [now](const auto& entry) { return entry.second.until <= now; });
  }
  if (absent_.size() >= options_.max_absent_names) return;  // a flood: each asks again
  absent_[name] = {code, now + options_.absent_for};
}

}  // namespace gateway
