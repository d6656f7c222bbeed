// Authenticates the caller of a request by its head. Takes the credentials from their header fields
// (X-API-Key; Authorization, RFC 9110, 11.6.2) and checks them against the access policy in
// effect. Owned by Api; called by every I/O thread, and never blocks.
#ifndef GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
#define GATEWAY_API_PIPELINE_AUTHENTICATOR_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/pipeline/request_context.h"
#include "api/pipeline/router.h"
#include "api/problem/problem.h"
#include "service/auth/access_control.h"
#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/auth/failed_attempts.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"

namespace gateway {

// The credentials in the head, from any field that may have them. Fields that differ conflict.
Credentials CredentialsOf(const http::RequestHead& head);

class Authenticator final {
 public:
  // `open_paths`: Access:Open, globs of route templates. `failed_attempts_per_minute`:
  // Access:FailedAttemptsPerMinute; 0: no limit. The references outlive this.
  Authenticator(const AccessControl& access, std::vector<std::string> open_paths,
                const Clock& clock, HttpMetrics& metrics,
                std::int64_t failed_attempts_per_minute = 0)
      : access_(access),
        open_paths_(std::move(open_paths)),
        clock_(clock),
        metrics_(metrics),
        failed_attempts_(failed_attempts_per_minute) {}

  struct Outcome {
    CallerPtr caller;                // null if refused, or if the path is open
    std::optional<Problem> refusal;  // absent: the request goes on
    std::string_view result;         // of a refusal, for the log: NameOf(AuthResult)
    std::string challenge;           // the WWW-Authenticate of a refusal
  };
  // Ignores credentials on an open path. A route that is authorized by topic is never open: grant
  // its topics to the anonymous principal instead. `context` has the route and the peer.
  Outcome Check(const http::RequestHead& head, const RequestContext& context);

 private:
  bool IsOpen(const Route& route) const;
  Outcome Refuse(AuthResult result, const RequestContext& context);

  const AccessControl& access_;
  const std::vector<std::string> open_paths_;
  const Clock& clock_;
  HttpMetrics& metrics_;
  FailedAttempts failed_attempts_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
