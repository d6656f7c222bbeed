#include "infra/tokens/key_refresh.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "infra/tokens/jwk_set.h"

namespace gateway {
namespace {

using std::chrono::seconds;

constexpr seconds kRefreshEvery{300};
constexpr seconds kMinRefresh{60};
constexpr seconds kMaxRefresh{3'600};
constexpr seconds kFirstRetry{1};
constexpr seconds kLastRetry{30};
constexpr std::chrono::hours kKeepFor{24};

// How long the answer may be used (RFC 9111, 5.2.2.1).
seconds LifeOf(const HttpReply& reply) {
  constexpr std::string_view kMaxAge = "max-age=";
  const std::string_view directives = reply.Find("Cache-Control").value_or("");
  const std::size_t at = directives.find(kMaxAge);
  if (at == std::string_view::npos) return kRefreshEvery;
  const std::string_view digits = directives.substr(at + kMaxAge.size());
  std::uint32_t life = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), life);
  if (error == std::errc::result_out_of_range) return kMaxRefresh;
  if (error != std::errc()) return kRefreshEvery;
  return std::clamp(seconds(life), kMinRefresh, kMaxRefresh);
}

}  // namespace

KeyRefresh::TimePoint KeyRefresh::due() const {
  return keys_->waiting() ? std::min(next_, last_fetch_ + kUnknownKeyEvery) : next_;
}

KeyRefresh::Change KeyRefresh::OnOutcome(const HttpClient::Outcome& outcome, TimePoint now) {
  last_fetch_ = now;
  keys_->StopWaiting();
  if (!outcome.ok()) return OnFailure(outcome.error(), now);
  const HttpReply& reply = outcome.value();
  constexpr int kOk = 200;
  if (reply.status != kOk) return OnFailure("it answers " + std::to_string(reply.status), now);
  auto set = ParseJwkSet(reply.body);
  if (!set.ok()) return OnFailure("the answer " + set.error(), now);
  return OnGood(reply, std::move(set).value(), now);
}

// Keeps a set that has not changed: replacing it would invalidate the tokens verified with it.
KeyRefresh::Change KeyRefresh::OnGood(const HttpReply& reply, KeySetPtr set, TimePoint now) {
  const bool failed_before = std::exchange(wait_, seconds(0)) != seconds(0);
  last_good_ = now;
  keys_->OnFetched(now);
  next_ = now + LifeOf(reply);
  error_.clear();
  if (keys_->current() && text_ == reply.body) {
    return failed_before ? Change::kFetched : Change::kNone;
  }
  text_ = reply.body;
  keys_->Replace(std::move(set));
  return Change::kFetched;
}

KeyRefresh::Change KeyRefresh::OnFailure(std::string why, TimePoint now) {
  const bool is_first = wait_ == seconds(0);
  keys_->OnFetchFailed();
  const bool has_keys = keys_->current() != nullptr;
  wait_ = has_keys ? kLastRetry : std::clamp(2 * wait_, kFirstRetry, kLastRetry);
  next_ = now + wait_;
  error_ = std::move(why);
  if (has_keys && now - last_good_ > kKeepFor) {
    keys_->Replace(nullptr);
    return Change::kDropped;
  }
  return is_first ? Change::kFailed : Change::kNone;
}

}  // namespace gateway
