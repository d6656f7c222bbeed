// One version of the access file, ready for use. Immutable except for the callers that it
// remembers; any thread.
#ifndef GATEWAY_SERVICE_AUTH_POLICY_ACCESS_POLICY_H_
#define GATEWAY_SERVICE_AUTH_POLICY_ACCESS_POLICY_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "service/auth/api_keys.h"
#include "service/auth/authentication.h"
#include "service/auth/caller.h"
#include "service/auth/client_certificates.h"
#include "service/auth/grants.h"
#include "service/auth/passwords/password_users.h"
#include "service/auth/rates.h"
#include "service/auth/tokens/issuer_keys.h"
#include "service/auth/tokens/token_verifier.h"
#include "service/auth/verified_callers.h"
#include "service/ports/clock.h"
#include "service/ports/hasher.h"
#include "service/ports/password_verifier.h"

namespace gateway {

// An API key in the access file.
struct ApiKeyEntry {
  std::string id;
  Sha256Digest digest{};
  std::string principal;
  std::vector<std::string> groups;
  std::optional<TimestampMs> not_before;
  std::optional<TimestampMs> expires;
  bool disabled = false;
};

// A user with a password in the access file.
struct UserEntry {
  std::string name;
  std::string hash;
  std::string principal;
  std::vector<std::string> groups;
};

// What it takes to check passwords. Both outlive the policy; null if it has no users.
struct PasswordTools {
  const PasswordVerifier* verifier = nullptr;
  VerifiedPasswords* verified = nullptr;
};

class AccessPolicy final {
 public:
  // `hasher` outlives this. Null `tokens`: none are accepted.
  AccessPolicy(std::vector<ApiKeyEntry> keys, Grants grants, const Hasher& hasher, Rates rates = {},
               std::unique_ptr<const TokenVerifier> tokens = nullptr,
               ClientCertificates certificates = {}, std::vector<UserEntry> users = {},
               const PasswordTools& passwords = {});

  // The caller that the credentials prove. Without credentials, the anonymous principal if any
  // topic is granted to it. `may_check`: asked before a costly check, that of a signature or a
  // password that was not verified recently; false refuses them (kWrong). Empty: always.
  using MayCheck = std::function<bool()>;
  Authentication Authenticate(const Credentials& credentials, TimestampMs now,
                              const MayCheck& may_check = {}) const;

  // The caller that a verified certificate with these names proves.
  Authentication Authenticate(const CertificateNames& names) const;
  // False: certificates prove no principal, so callers need other credentials.
  bool takes_certificates() const { return !certificates_.empty(); }

  // Of the issuers of tokens whose keys are fetched.
  std::vector<IssuerKeyStatus> KeyStatuses(Clock::TimePoint now) const {
    return tokens_ ? tokens_->KeyStatuses(now) : std::vector<IssuerKeyStatus>();
  }

  bool has_users() const { return users_ != nullptr; }
  TopicRights RightsOf(const Principal& principal) const { return grants_.RightsOf(principal); }

 private:
  Authentication AuthenticateToken(std::string_view token, TimestampMs now,
                                   const MayCheck& may_check) const;
  Authentication AuthenticateUser(std::string_view text, TimestampMs now,
                                  const MayCheck& may_check) const;

  const Grants grants_;
  const Rates rates_;
  const ClientCertificates certificates_;
  const ApiKeys keys_;
  const std::unique_ptr<const TokenVerifier> tokens_;
  const std::shared_ptr<const PasswordUsers> users_;  // null: there are none
  mutable VerifiedCallers verified_;                  // by their tokens; synchronizes itself
  const Hasher& hasher_;
  const CallerPtr anonymous_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_POLICY_ACCESS_POLICY_H_
