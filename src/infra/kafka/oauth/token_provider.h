// Fetches the tokens with which the gateway logs in to Kafka (OAUTHBEARER) from a token endpoint,
// with client credentials (RFC 6749 section 4.4). All librdkafka clients share a token: each asks
// for one when it starts and when 80 % of its token's lifetime is over, so most get a token that
// another client has just fetched. They also share a failure for a second.
//
// Owned by Gateway, outlives every client. Any thread may call Token, which may block for about two
// seconds. Only librdkafka's background threads call it, and nothing else waits for them.
#ifndef GATEWAY_INFRA_KAFKA_OAUTH_TOKEN_PROVIDER_H_
#define GATEWAY_INFRA_KAFKA_OAUTH_TOKEN_PROVIDER_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "infra/config/settings.h"
#include "infra/http_client/http_client.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/types/mutex.h"
#include "service/types/result.h"

namespace gateway {

struct OAuthToken {
  std::string value;
  std::int64_t expires_ms = 0;  // since 1970
};

class TokenProvider final {
 public:
  // Posts a form with these fields to the token endpoint. One call at a time.
  using Post =
      std::function<HttpClient::Outcome(const std::string& form, const HttpFields& fields)>;

  // Posts by libcurl. Both references must outlive the provider.
  TokenProvider(const Settings::Kafka::OAuth& settings, Logger& logger, const Clock& clock);
  // Posts as `post` does, for tests.
  TokenProvider(const Settings::Kafka::OAuth& settings, Post post, Logger& logger,
                const Clock& clock);
  TokenProvider(const TokenProvider&) = delete;
  TokenProvider& operator=(const TokenProvider&) = delete;

  // A token with at least a quarter of its lifetime left; or a sentence that says what to correct,
  // for clients. The log has the details.
  Result<OAuthToken, std::string> Token() EXCLUDES(mutex_);

  // From now on tokens are fetched with this secret. The last token stays valid.
  void SetClientSecret(std::string secret) EXCLUDES(mutex_);

 private:
  using Outcome = Result<OAuthToken, std::string>;

  Outcome Fetch(const std::string& secret);
  Outcome Read(const HttpReply& reply);
  Outcome Failed(const std::string& sentence, const std::string& reason);
  bool IsFresh() const REQUIRES(mutex_);

  const Settings::Kafka::OAuth settings_;
  const Post post_;
  Logger& logger_;
  const Clock& clock_;

  Mutex mutex_;
  CondVar fetched_;
  std::string secret_ GUARDED_BY(mutex_);
  bool fetching_ GUARDED_BY(mutex_) = false;
  std::optional<Outcome> last_ GUARDED_BY(mutex_);
  Clock::TimePoint fresh_until_ GUARDED_BY(mutex_){};
};

// When the token expires, in milliseconds since 1970: its claim "exp" if it is a JWT. Absent if it
// does not say.
std::optional<std::int64_t> ExpiryOf(const std::string& token);

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_OAUTH_TOKEN_PROVIDER_H_
