#include "infra/tokens/key_fetcher.h"

#include <pthread.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "infra/tokens/jwk_set.h"

namespace gateway {
namespace {

constexpr std::chrono::hours kNever{24};

}  // namespace

KeyFetcher::KeyFetcher(const Clock& clock, Logger& logger, Fetch fetch)
    : clock_(clock), logger_(logger), fetch_(std::move(fetch)) {}

KeyFetcher::~KeyFetcher() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    wake_.NotifyOne();
  }
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<IssuerKeys> KeyFetcher::Follow(const KeySource& source) {
  std::shared_ptr<IssuerKeys> keys;
  {
    const MutexLock lock(mutex_);
    auto found = refreshes_.find(source);
    if (found == refreshes_.end()) {
      auto none_yet = std::make_shared<IssuerKeys>([this] { Wake(); });
      found = refreshes_.try_emplace(source, std::move(none_yet), clock_.Now()).first;
    }
    keys = found->second.keys();
  }
  Wake();
  if (!thread_.joinable()) thread_ = std::thread([this] { Run(); });
  return keys;
}

void KeyFetcher::Wake() {
  const MutexLock lock(mutex_);
  woken_ = true;
  wake_.NotifyOne();
}

void KeyFetcher::Run() {
  pthread_setname_np(pthread_self(), "jwks");
  MutexLock lock(mutex_);
  while (!stopping_) {
    woken_ = false;
    ForgetUnused();
    const auto next = std::min_element(
        refreshes_.begin(), refreshes_.end(),
        [](const auto& a, const auto& b) { return a.second.due() < b.second.due(); });
    const Clock::TimePoint now = clock_.Now();
    const Clock::TimePoint due = next == refreshes_.end() ? now + kNever : next->second.due();
    if (due <= now) {
      lock.Unlock();
      Refresh(next->first, next->second);
      lock.Lock();
      continue;
    }
    while (!stopping_ && !woken_ && wake_.WaitUntil(mutex_, due)) {
    }
  }
}

void KeyFetcher::ForgetUnused() {
  std::erase_if(refreshes_, [](const auto& entry) { return entry.second.keys().use_count() == 1; });
}

void KeyFetcher::Refresh(const KeySource& source, KeyRefresh& refresh) {
  const HttpClient::Outcome outcome = fetch_(source);
  const KeyRefresh::Change change = refresh.OnOutcome(outcome, clock_.Now());
  const std::string without_query = WithoutQuery(source.url);
  const std::string_view url = without_query;
  switch (change) {
    case KeyRefresh::Change::kNone:
      return;
    case KeyRefresh::Change::kFetched: {
      const KeySetPtr keys = refresh.keys()->current();
      return logger_.Log(
          LogLevel::kInformation, "keys-fetched",
          "The keys of an issuer of tokens were fetched and are in effect.",
          {{"url", url}, {"keys", static_cast<std::int64_t>(keys ? keys->size() : 0)}});
    }
    case KeyRefresh::Change::kFailed:
      return logger_.Log(LogLevel::kError, "keys-not-fetched",
                         refresh.keys()->current()
                             ? "The keys of an issuer of tokens cannot be fetched. Those that were "
                               "fetched before stay in effect for 24 hours."
                             : "The keys of an issuer of tokens cannot be fetched. Its tokens get "
                               "a 503 until they are.",
                         {{"url", url}, {"error", std::string_view(refresh.error())}});
    case KeyRefresh::Change::kDropped:
      return logger_.Log(LogLevel::kCritical, "keys-dropped",
                         "The keys of an issuer of tokens could not be fetched for 24 hours. Its "
                         "tokens get a 503 until they are.",
                         {{"url", url}, {"error", std::string_view(refresh.error())}});
  }
}

HttpClient::Outcome KeyFetcher::FetchByHttp(const KeySource& source) {
  HttpClient::Options options;
  options.max_body_bytes = kMaxJwkSetBytes;
  options.ca_file = source.ca_file;
  options.allow_http = source.allow_http;
  return HttpClient(options).Get(source.url, {{"Accept", "application/json"}});
}

}  // namespace gateway
