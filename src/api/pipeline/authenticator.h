// Finds out on the head of a request who sends it. Takes the credentials from their header fields
// (X-API-Key; Authorization, RFC 9110, 11.6.2) and has the access policy that is in effect check
// them. Owned by Api; called by every I/O thread, and never blocks.
#ifndef GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
#define GATEWAY_API_PIPELINE_AUTHENTICATOR_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/http/message.h"
#include "api/pipeline/router.h"
#include "api/problem/problem.h"
#include "service/auth/access_control.h"
#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/ports/clock.h"
#include "service/ports/http_metrics.h"

namespace gateway {

// What the head shows: the key, whichever field has it. Several fields that differ are in conflict.
Credentials CredentialsOf(const http::RequestHead& head);

class Authenticator final {
 public:
  // `open_paths`: Access:Open, globs of route templates. The references outlive this.
  Authenticator(const AccessControl& access, std::vector<std::string> open_paths,
                const Clock& clock, HttpMetrics& metrics)
      : access_(access), open_paths_(std::move(open_paths)), clock_(clock), metrics_(metrics) {}

  struct Outcome {
    CallerPtr caller;                // null if refused, or if the path is open
    std::optional<Problem> refusal;  // absent: the request goes on
    std::string_view result;         // of a refusal, for the log: NameOf(AuthResult)
    std::string challenge;           // the WWW-Authenticate of a refusal
  };
  // Credentials on an open path are not looked at. A route whose topics decide is never open: what
  // is granted to the anonymous principal is.
  Outcome Check(const http::RequestHead& head, const Route& route) const;

 private:
  bool IsOpen(const Route& route) const;

  const AccessControl& access_;
  const std::vector<std::string> open_paths_;
  const Clock& clock_;
  HttpMetrics& metrics_;
};

}  // namespace gateway

#endif  // GATEWAY_API_PIPELINE_AUTHENTICATOR_H_
