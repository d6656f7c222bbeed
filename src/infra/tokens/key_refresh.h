// Decides when to fetch the keys of one token issuer, and applies the answers. While fetching
// fails, the last good set stays in effect for a day at most. For one thread; has no effects except
// on its IssuerKeys.
#ifndef GATEWAY_INFRA_TOKENS_KEY_REFRESH_H_
#define GATEWAY_INFRA_TOKENS_KEY_REFRESH_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "infra/http_client/http_client.h"
#include "service/auth/tokens/issuer_keys.h"
#include "service/ports/clock.h"

namespace gateway {

class KeyRefresh final {
 public:
  using TimePoint = Clock::TimePoint;

  // The first fetch is due at once.
  KeyRefresh(std::shared_ptr<IssuerKeys> keys, TimePoint now)
      : keys_(std::move(keys)), last_fetch_(now - kUnknownKeyEvery), last_good_(now), next_(now) {}

  // When to fetch: after the time that the server allows (Cache-Control: max-age, from 1 minute to
  // 1 hour; by default 5 minutes), sooner after a failure, and after an unknown key at most once
  // per 30 seconds.
  TimePoint due() const;

  enum class Change : std::uint8_t {
    kNone,
    kFetched,  // the first set, another one, or the first after failures
    kFailed,   // the first failure; error() says why
    kDropped,  // the last good set is too old
  };
  Change OnOutcome(const HttpClient::Outcome& outcome, TimePoint now);
  const std::string& error() const { return error_; }

  const std::shared_ptr<IssuerKeys>& keys() const { return keys_; }

 private:
  static constexpr std::chrono::seconds kUnknownKeyEvery{30};

  Change OnGood(const HttpReply& reply, KeySetPtr set, TimePoint now);
  Change OnFailure(std::string why, TimePoint now);

  const std::shared_ptr<IssuerKeys> keys_;
  TimePoint last_fetch_;
  TimePoint last_good_;
  TimePoint next_;
  std::chrono::seconds wait_{0};  // before the next attempt, after a failure; else 0
  std::string text_;              // of the set in effect
  std::string error_;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_KEY_REFRESH_H_
