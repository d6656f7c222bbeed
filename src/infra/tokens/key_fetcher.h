// Fetches the key sets of token issuers on its own thread ("jwks"), and keeps them fresh. Owned by
// class Gateway; outlives every policy that trusts an issuer with a URL.
#ifndef GATEWAY_INFRA_TOKENS_KEY_FETCHER_H_
#define GATEWAY_INFRA_TOKENS_KEY_FETCHER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "infra/http_client/http_client.h"
#include "infra/tokens/key_refresh.h"
#include "service/auth/tokens/issuer_keys.h"
#include "service/ports/clock.h"
#include "service/ports/logger.h"
#include "service/types/mutex.h"

namespace gateway {

// The place of an issuer's keys. Only the configuration names it, never a token.
struct KeySource {
  std::string url;
  std::string ca_file;  // "": the authorities that the system trusts
  bool allow_http = false;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes the zero of the comparison for null
  auto operator<=>(const KeySource&) const = default;
};

class KeyFetcher final {
 public:
  // Called by the fetcher's thread; may block for some seconds.
  using Fetch = std::function<HttpClient::Outcome(const KeySource& source)>;

  KeyFetcher(const Clock& clock, Logger& logger, Fetch fetch = FetchByHttp);
  KeyFetcher(const KeyFetcher&) = delete;
  KeyFetcher& operator=(const KeyFetcher&) = delete;
  ~KeyFetcher();

  // The keys of that source. All callers share them; once no caller holds them, the fetcher no
  // longer fetches them. The first call starts the thread. Call it from one thread.
  std::shared_ptr<IssuerKeys> Follow(const KeySource& source);

 private:
  using Refreshes = std::map<KeySource, KeyRefresh>;

  static HttpClient::Outcome FetchByHttp(const KeySource& source);
  void Run();
  void ForgetUnused() REQUIRES(mutex_);
  void Refresh(const KeySource& source, KeyRefresh& refresh);
  void Wake();

  const Clock& clock_;
  Logger& logger_;
  const Fetch fetch_;
  Mutex mutex_;
  CondVar wake_;  // unguarded: synchronizes itself
  // Only the fetcher's thread changes and removes an entry; entries keep their places.
  Refreshes refreshes_ GUARDED_BY(mutex_);
  bool woken_ GUARDED_BY(mutex_) = false;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // unguarded: only for Follow and the destructor
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_TOKENS_KEY_FETCHER_H_
