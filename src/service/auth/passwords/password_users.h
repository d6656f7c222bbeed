// Users with passwords (HTTP Basic, RFC 7617). A worker computes the slow part of a check; users
// that were verified in the last minute skip it. Immutable except for the remembered users; any
// thread.
#ifndef GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_
#define GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/auth/verified_callers.h"
#include "service/ports/clock.h"
#include "service/ports/hasher.h"
#include "service/ports/password_verifier.h"
#include "service/types/record.h"

namespace gateway {

// No user may have a name with a colon, which ends the name in a request.
bool IsLegalUserName(std::string_view name);
inline constexpr std::string_view kUserNameRule =
    "1 to 256 bytes without a colon, control characters or white space at the ends, not "
    "\"anonymous\", and not beginning with \"group:\"";

struct PasswordUser {
  std::string name;
  std::string hash;
  CallerPtr caller;
};

struct BasicCredentials {
  std::string user;
  std::string password;
};
// Parses the text after "Basic". Absent if it is malformed, has a zero byte, or has no user.
std::optional<BasicCredentials> ParseBasicCredentials(std::string_view text);

class PasswordUsers final : public std::enable_shared_from_this<PasswordUsers> {
 public:
  // `users` is not empty, and their names are distinct. `mac_key`: random, for this process. The
  // references outlive this.
  PasswordUsers(std::vector<PasswordUser> users, const Sha256Digest& mac_key, const Hasher& hasher,
                const PasswordVerifier& verifier);

  // The result, if it needs no slow hash; otherwise kBusy, with the rest of the check.
  Authentication Check(std::string_view text, TimestampMs now) const;

 private:
  Authentication Verify(const BasicCredentials& credentials, const Sha256Digest& mac,
                        TimestampMs now) const;

  const std::vector<PasswordUser> users_;  // by name
  const Sha256Digest mac_key_;
  const Hasher& hasher_;
  const PasswordVerifier& verifier_;
  mutable VerifiedCallers verified_;  // unguarded: synchronizes itself
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_
