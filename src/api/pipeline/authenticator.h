// Authenticates the caller of a request by its head. Takes the credentials from their header fields
// (X-API-Key; Authorization, RFC 9110, 11.6.2) and checks them against the access policy in
// effect. Owned by Api; called by every I/O thread, and never blocks.
#ifndef GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
#define GATEWAY_API_PIPELINE_AUTHENTICATOR_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/pipeline/request_context.h"
#include "api/pipeline/router.h"
#include "api/problem/problem.h"
#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/auth/failed_attempts.h"
#include "service/auth/passwords/password_workers.h"
#include "service/auth/policy/access_control.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"

namespace gateway {

// The credentials in the head, from any field that may have them. Fields that differ conflict.
Credentials CredentialsOf(const http::RequestHead& head);

struct PasswordOptions {
  PasswordWorkers* workers = nullptr;  // outlives the authenticator; null: no user has a password
  bool allow_plaintext = false;        // Access:AllowPlaintextPasswords
};

class Authenticator final {
 public:
  // `open_paths`: Access:Open, globs of route templates. `failed_attempts_per_minute`:
  // Access:FailedAttemptsPerMinute; 0: no limit. The references outlive this.
  Authenticator(const AccessControl& access, std::vector<std::string> open_paths,
                const Clock& clock, HttpMetrics& metrics,
                std::int64_t failed_attempts_per_minute = 0, const PasswordOptions& passwords = {})
      : access_(access),
        open_paths_(std::move(open_paths)),
        clock_(clock),
        metrics_(metrics),
        failed_attempts_(failed_attempts_per_minute),
        passwords_(passwords) {}

  struct Outcome {
    CallerPtr caller;                       // null if refused, or if the path is open
    std::optional<Problem> refusal;         // absent: the request goes on
    std::string_view result;                // of a refusal, for the log: NameOf(AuthResult)
    std::vector<std::string> challenges;    // each a WWW-Authenticate of a refusal
    std::optional<Authentication> pending;  // nothing is decided yet: CheckLater, then Conclude
  };
  // Ignores credentials on an open path. A route that is authorized by topic is never open: grant
  // its topics to the anonymous principal instead. `context` has the route and the peer.
  Outcome Check(const http::RequestHead& head, const RequestContext& context);

  // Has a worker complete a pending authentication, and calls `done` there; at once, if no worker
  // has time.
  void CheckLater(const Authentication& pending,
                  const std::function<void(Authentication)>& done) const;
  // What follows from it.
  Outcome Conclude(AuthScheme scheme, Authentication found, const http::RequestHead& head,
                   const RequestContext& context);

 private:
  Authentication CheckCredentials(const AccessPolicy& policy, const Credentials& credentials,
                                  const RequestContext& context,
                                  std::chrono::nanoseconds* wait) const;
  bool IsOpen(const Route& route) const;
  bool MaySendPasswords(const RequestContext& context) const;
  Outcome Refuse(AuthScheme scheme, AuthResult result, const http::RequestHead& head,
                 const RequestContext& context);
  Outcome RefuseAttempts(AuthResult result, std::chrono::nanoseconds wait) const;
  std::vector<std::string> ChallengesFor(AuthScheme scheme, AuthResult result,
                                         const http::RequestHead& head,
                                         const RequestContext& context) const;

  const AccessControl& access_;
  const std::vector<std::string> open_paths_;
  const Clock& clock_;
  HttpMetrics& metrics_;
  FailedAttempts failed_attempts_;
  const PasswordOptions passwords_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
