// Users with passwords (HTTP Basic, RFC 7617). The slow part of a check is a task for a worker;
// users that were verified a short time ago pass without it. Immutable; any thread.
#ifndef GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_
#define GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/auth/passwords/verified_passwords.h"
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
  // The names are distinct, and there is one at least. The references outlive this.
  PasswordUsers(std::vector<PasswordUser> users, VerifiedPasswords& verified,
                const PasswordVerifier& verifier);

  // The result, if it needs no slow hash; otherwise kBusy, with the rest of the check.
  Authentication Check(std::string_view text, TimestampMs now) const;

 private:
  // The user of that name; otherwise any, whose hash is computed in its stead, so that the time
  // does not show who exists.
  const PasswordUser& UserOrAnother(const std::string& name) const;
  // What follows from the slow hash of `user`, who is the one that was asked for if `known`.
  Authentication Conclude(const PasswordUser& user, bool known, bool passed,
                          const Sha256Digest& digest, TimestampMs now) const;

  const std::vector<PasswordUser> users_;  // by name
  VerifiedPasswords& verified_;
  const PasswordVerifier& verifier_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PASSWORDS_PASSWORD_USERS_H_
