#include "infra/kafka/metadata/topic_resolver.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

namespace gateway {
namespace {

constexpr std::chrono::milliseconds kFirstAnswerSlice{250};
// A broker that has just started may not know every topic yet.
constexpr int kGoneAfter = 2;

// Why the topic cannot be written to; absent if it can.
std::optional<ErrorCode> FailureOf(MetadataSource::Answer answer) {
  switch (answer) {
    case MetadataSource::Answer::kFound:
      return std::nullopt;
    case MetadataSource::Answer::kNotFound:
      return ErrorCode::kTopicNotFound;
    case MetadataSource::Answer::kUnavailable:
      return ErrorCode::kBrokersUnavailable;
    case MetadataSource::Answer::kForbidden:
      return ErrorCode::kTopicNotAuthorized;
    case MetadataSource::Answer::kIllegalName:
      return ErrorCode::kInvalidRecord;
  }
  return ErrorCode::kInternal;
}

}  // namespace

TopicResolver::TopicResolver(Options options, MetadataSource& metadata, Listener& listener,
                             const Clock& clock)
    : options_(options),
      metadata_(metadata),
      listener_(listener),
      clock_(clock),
      refresh_at_(clock_.Now() + options.refresh_every),
      thread_([this] { Run(); }) {}

TopicResolver::~TopicResolver() {
  Stop();
  thread_.join();
}

void TopicResolver::Resolve(const std::string& topic) {
  std::optional<ErrorCode> refused;
  {
    const MutexLock lock(mutex_);
    refused = Refuse(topic);
    if (!refused) {
      names_.push_back(topic);
      wake_.NotifyOne();
    }
  }
  if (refused) listener_.OnUnresolved(topic, *refused);
}

// Why the name is not looked up; absent if it is.
std::optional<ErrorCode> TopicResolver::Refuse(const std::string& name) {
  if (stopped_) return ErrorCode::kDraining;
  const auto absent = absent_.find(name);
  if (absent != absent_.end()) {
    if (clock_.Now() < absent->second.until) return absent->second.code;
    absent_.erase(absent);
  }
  const std::size_t waiting = names_.size() + looking_up_.size();
  // A look-up would create the topic, and nothing can delete it.
  if (options_.max_topics != 0 && known_.size() + waiting >= options_.max_topics) {
    return ErrorCode::kTopicNotFound;
  }
  if (waiting >= options_.max_waiting_names) return ErrorCode::kOverloaded;
  return std::nullopt;
}

void TopicResolver::RefreshSoon() {
  const MutexLock lock(mutex_);
  const auto soon = std::max(clock_.Now(), refreshed_ + options_.refresh_soon);
  if (soon >= refresh_at_) return;
  refresh_at_ = soon;
  wake_.NotifyOne();
}

void TopicResolver::Stop() {
  {
    const MutexLock lock(mutex_);
    stopped_ = true;
    wake_.NotifyAll();
  }
  // This precedes Cancel; otherwise the names would fail as if no broker had answered.
  GiveUpAll(ErrorCode::kDraining);
  metadata_.Cancel();
}

void TopicResolver::Run() {
  pthread_setname_np(pthread_self(), "kafka-lookup");
  AwaitFirstAnswer();
  bool looked_up = false;
  while (true) {
    std::vector<std::string> names;
    {
      const MutexLock lock(mutex_);
      while (!stopped_ && names_.empty() && clock_.Now() < refresh_at_) {
        wake_.WaitUntil(mutex_, refresh_at_);
      }
      if (stopped_) return;
      // Look-ups and refreshes take turns, so that a client that invents names cannot keep the
      // resolver from finding new leaders.
      const bool refresh_due = clock_.Now() >= refresh_at_;
      looked_up = !names_.empty() && !(refresh_due && looked_up);
      if (looked_up) names = TakeNames();
    }
    if (looked_up) {
      LookUp(names);
    } else {
      Refresh();
    }
  }
}

std::vector<std::string> TopicResolver::TakeNames() {
  std::vector<std::string> names;
  while (!names_.empty() && names.size() < options_.names_per_lookup) {
    names.push_back(std::move(names_.front()));
    names_.pop_front();
  }
  looking_up_.assign(names.begin(), names.end());
  return names;
}

void TopicResolver::LookUp(const std::vector<std::string>& names) {
  const MetadataSource::Replies replies = metadata_.Lookup(names);
  if (!replies) return GiveUpAll(listener_.WhyUnavailable());  // the others would wait as long
  for (std::size_t i = 0; i < names.size(); ++i) Settle(names[i], (*replies)[i]);
}

void TopicResolver::Settle(const std::string& name, const MetadataSource::Reply& reply) {
  const std::optional<ErrorCode> failed = FailureOf(reply.answer);
  {
    const MutexLock lock(mutex_);
    if (looking_up_.empty()) return;  // Stop has given them up
    looking_up_.pop_front();
    if (failed) {
      RememberAbsent(name, *failed);
    } else {
      known_[name] = 0;
    }
  }
  if (failed) return listener_.OnUnresolved(name, *failed);
  if (listener_.OnFound(name, reply.layout)) return;
  {
    const MutexLock lock(mutex_);
    known_.erase(name);
  }
  listener_.OnUnresolved(name, ErrorCode::kProducerFailed);
}

void TopicResolver::GiveUpAll(ErrorCode code) {
  std::deque<std::string> names;
  {
    const MutexLock lock(mutex_);
    names = std::exchange(looking_up_, {});
    for (std::string& name : names_) names.push_back(std::move(name));
    names_.clear();
  }
  for (const std::string& name : names) listener_.OnUnresolved(name, code);
}

// One request for all known topics. Without an answer the known layouts stay in use.
void TopicResolver::Refresh() {
  std::vector<std::string> names;
  {
    const MutexLock lock(mutex_);
    names.reserve(known_.size());
    for (const auto& [name, missed] : known_) names.push_back(name);
  }
  const auto replies = metadata_.Refresh(names);
  bool doubtful = false;
  for (std::size_t i = 0; replies && i < names.size(); ++i) {
    const MetadataSource::Reply& reply = (*replies)[i];
    const bool absent = reply.answer == MetadataSource::Answer::kNotFound;
    bool gone = false;
    {
      const MutexLock lock(mutex_);
      int& missed = known_[names[i]];
      missed = absent ? missed + 1 : 0;
      gone = missed >= kGoneAfter;
      if (gone) {
        known_.erase(names[i]);
        RememberAbsent(names[i], ErrorCode::kTopicNotFound);
      }
    }
    if (reply.answer == MetadataSource::Answer::kFound) listener_.OnLayout(names[i], reply.layout);
    if (gone) listener_.OnGone(names[i]);
    doubtful = doubtful || (absent && !gone);
  }
  const MutexLock lock(mutex_);
  refreshed_ = clock_.Now();
  refresh_at_ = refreshed_ + (doubtful ? options_.absent_for : options_.refresh_every);
}

// Makes the gateway ready before the first statistics arrive. Returns early if a name has to be
// looked up.
void TopicResolver::AwaitFirstAnswer() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (stopped_ || !names_.empty()) return;
    }
    if (metadata_.BrokerAnswers(kFirstAnswerSlice)) return listener_.OnBrokerAnswered();
  }
}

void TopicResolver::RememberAbsent(const std::string& name, ErrorCode code) {
  const auto now = clock_.Now();
  if (absent_.size() >= options_.max_absent_names) {
    std::erase_if(absent_, [now](const auto& entry) { return entry.second.until <= now; });
  }
  if (absent_.size() >= options_.max_absent_names) return;  // a flood: each is looked up again
  absent_[name] = {code, now + options_.absent_for};
}

}  // namespace gateway
