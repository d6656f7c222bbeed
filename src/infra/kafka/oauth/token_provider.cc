#include "infra/kafka/oauth/token_provider.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "infra/crypto/base64.h"
#include "service/types/base64url.h"

namespace gateway {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kFailureKept{1};
// A client asks for a token at 80 % of its token's lifetime, and must then get another one.
constexpr double kFreshPart = 0.75;

std::string Member(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// RFC 6749 section 5.2: "invalid_client". Other texts are not repeated.
std::string ErrorOf(const Json& answer) {
  std::string error = answer.is_object() ? Member(answer, "error") : "";
  const bool plain = error.size() <= 40 &&
                     error.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return plain ? error : "";
}

// The member "expires_in" (RFC 6749 section 5.1), in milliseconds. No clock is needed to read it.
std::optional<std::int64_t> LifeOf(const Json& answer) {
  constexpr double kLongestSeconds = 1e9;  // far beyond any token
  const auto life = answer.find("expires_in");
  if (life == answer.end() || !life->is_number()) return std::nullopt;
  const double seconds = std::clamp(life->get<double>(), 0.0, kLongestSeconds);
  return static_cast<std::int64_t>(seconds * 1'000);
}

// With a clock that is behind, "exp" alone would make the gateway keep the token longer than the
// brokers accept it.
std::optional<std::int64_t> Earlier(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

TokenProvider::Post PostByLibcurl(const Settings::Kafka::OAuth& settings) {
  HttpClient::Options options;
  options.ca_file = settings.ca_file;
  options.allow_http = settings.allow_http;
  return [client = std::make_shared<HttpClient>(std::move(options)), url = settings.token_endpoint](
             const std::string& form, const HttpFields& fields) {
    return client->Post(url, form, std::string(kFormContentType), fields);
  };
}

}  // namespace

std::optional<std::int64_t> ExpiryOf(const std::string& token) {
  const std::size_t first = token.find('.');
  if (first == std::string::npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string::npos) return std::nullopt;
  const auto claims =
      DecodeBase64Url(std::string_view(token).substr(first + 1, second - first - 1));
  if (!claims) return std::nullopt;
  const Json json = Json::parse(*claims, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto exp = json.find("exp");
  constexpr double kLatest = 1e12;  // far beyond any token
  if (exp == json.end() || !exp->is_number()) return std::nullopt;
  const auto seconds = exp->get<double>();
  if (!(seconds > 0 && seconds < kLatest)) return std::nullopt;
  return static_cast<std::int64_t>(seconds * 1'000);
}

TokenProvider::TokenProvider(const Settings::Kafka::OAuth& settings, Logger& logger,
                             const Clock& clock)
    : TokenProvider(settings, PostByLibcurl(settings), logger, clock) {}

TokenProvider::TokenProvider(const Settings::Kafka::OAuth& settings, Post post, Logger& logger,
                             const Clock& clock)
    : settings_(settings),
      post_(std::move(post)),
      logger_(logger),
      clock_(clock),
      secret_(settings.client_secret) {}

bool TokenProvider::IsFresh() const { return last_ && clock_.Now() < fresh_until_; }

TokenProvider::Outcome TokenProvider::Token() {
  std::string secret;
  {
    const MutexLock lock(mutex_);
    while (fetching_) fetched_.Wait(mutex_);
    if (IsFresh()) return *last_;
    fetching_ = true;
    secret = secret_;
  }
  Outcome outcome = Fetch(secret);
  const MutexLock lock(mutex_);
  fetching_ = false;
  fetched_.NotifyAll();
  std::chrono::milliseconds fresh = kFailureKept;
  if (outcome.ok()) {
    const auto life = static_cast<double>(outcome.value().expires_ms - clock_.UnixMillis());
    fresh = std::chrono::milliseconds(static_cast<std::int64_t>(life * kFreshPart));
  }
  fresh_until_ = clock_.Now() + fresh;
  last_ = outcome;
  return outcome;
}

void TokenProvider::SetClientSecret(std::string secret) {
  const MutexLock lock(mutex_);
  if (secret_ == secret) return;
  secret_ = std::move(secret);
  if (last_ && !last_->ok()) last_.reset();
}

TokenProvider::Outcome TokenProvider::Fetch(const std::string& secret) {
  HttpFields form = {{"grant_type", "client_credentials"}};
  if (!settings_.scope.empty()) form.emplace_back("scope", settings_.scope);
  // Both are form-encoded first: RFC 6749 section 2.3.1. The "x=" of a pair is left out.
  const auto encoded = [](const std::string& text) { return FormOf({{"x", text}}).substr(2); };
  const std::string credentials = encoded(settings_.client_id) + ":" + encoded(secret);
  const HttpClient::Outcome reply = post_(
      FormOf(form),
      {{"Authorization", "Basic " + EncodeBase64(credentials)}, {"Accept", "application/json"}});
  if (reply.ok()) return Read(reply.value());
  return Failed(
      "the token endpoint does not answer; the gateway's log has the reason. Check "
      "Kafka:OAuth:TokenEndpoint.",
      reply.error());
}

TokenProvider::Outcome TokenProvider::Read(const HttpReply& reply) {
  const Json answer = Json::parse(reply.body, nullptr, false);
  const std::string status = std::to_string(reply.status);
  if (reply.status != 200) {
    const std::string error = ErrorOf(answer);
    const std::string told = status + (error.empty() ? "" : " (" + error + ")");
    const bool refused = reply.status >= 400 && reply.status < 500;
    return Failed("the token endpoint answers " + told +
                      (refused ? ". Check Kafka:OAuth:ClientId and Kafka:OAuth:ClientSecret."
                               : ". Check the server at Kafka:OAuth:TokenEndpoint."),
                  told);
  }
  OAuthToken token;
  if (answer.is_object()) token.value = Member(answer, "access_token");
  if (token.value.empty()) {
    return Failed("the token endpoint answers without a token. Check Kafka:OAuth:TokenEndpoint.",
                  "no member access_token");
  }
  const std::int64_t now = clock_.UnixMillis();
  std::optional<std::int64_t> expires = LifeOf(answer);
  if (expires) *expires += now;
  expires = Earlier(expires, ExpiryOf(token.value));
  if (!expires || *expires <= now) {
    return Failed(
        "the token endpoint's tokens have expired or do not say when they expire. Check "
        "the clocks of both.",
        expires ? "expired" : "no expiry");
  }
  token.expires_ms = *expires;
  return token;
}

TokenProvider::Outcome TokenProvider::Failed(const std::string& sentence,
                                             const std::string& reason) {
  logger_.Log(LogLevel::kWarning, "kafka-token-failed",
              "There is no new token to log in to Kafka with: " + sentence,
              {{"reason", std::string_view(reason)}});
  return sentence;
}

}  // namespace gateway
