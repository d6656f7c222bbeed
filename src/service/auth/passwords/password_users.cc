#include "service/auth/passwords/password_users.h"

#include <algorithm>
#include <utility>

#include "service/auth/principal.h"
#include "service/types/base64url.h"

namespace gateway {
namespace {

constexpr std::size_t kMaxTextBytes = 1'024;

std::vector<PasswordUser> Sorted(std::vector<PasswordUser> users) {
  std::sort(users.begin(), users.end(),
            [](const PasswordUser& a, const PasswordUser& b) { return a.name < b.name; });
  return users;
}

// From the alphabet of RFC 4648, section 4, to that of section 5. Padding may be missing.
std::optional<std::string> AsBase64Url(std::string_view text) {
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  std::string url(text);
  for (char& c : url) {
    if (c == '-' || c == '_') return std::nullopt;
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return url;
}

}  // namespace

bool IsLegalUserName(std::string_view name) {
  return IsLegalPrincipalName(name) && name.find(':') == std::string_view::npos;
}

std::optional<BasicCredentials> ParseBasicCredentials(std::string_view text) {
  if (text.size() > kMaxTextBytes) return std::nullopt;
  const auto url = AsBase64Url(text);
  const auto pair = url ? DecodeBase64Url(*url) : std::nullopt;
  if (!pair || pair->find('\0') != std::string::npos) return std::nullopt;
  const std::size_t colon = pair->find(':');  // the password may have more of them
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  return BasicCredentials{pair->substr(0, colon), pair->substr(colon + 1)};
}

PasswordUsers::PasswordUsers(std::vector<PasswordUser> users, VerifiedPasswords& verified,
                             const PasswordVerifier& verifier)
    : users_(Sorted(std::move(users))), verified_(verified), verifier_(verifier) {}

const PasswordUser& PasswordUsers::UserOrAnother(const std::string& name) const {
  const auto found = std::lower_bound(
      users_.begin(), users_.end(), name,
      [](const PasswordUser& a, const std::string& wanted) { return a.name < wanted; });
  return found == users_.end() ? users_.front() : *found;
}

Authentication PasswordUsers::Check(std::string_view text, TimestampMs now) const {
  auto credentials = ParseBasicCredentials(text);
  if (!credentials) return {AuthResult::kMalformed, nullptr};
  const PasswordUser& user = UserOrAnother(credentials->user);
  const bool known = user.name == credentials->user;
  const Sha256Digest digest =
      verified_.DigestOf(credentials->user, credentials->password, user.hash);
  // A removed user may be remembered with a hash that another user has, too.
  if (known && verified_.Use(digest, now)) return {AuthResult::kAccepted, user.caller};
  return {AuthResult::kBusy, nullptr,
          std::make_shared<const SlowCheck>(SlowCheck{
              digest,
              [self = shared_from_this(), &user, password = std::move(credentials->password)] {
                return self->verifier_.Verify(password, user.hash);
              },
              [self = shared_from_this(), &user, known, digest, now](bool passed) {
                return self->Conclude(user, known, passed, digest, now);
              }})};
}

Authentication PasswordUsers::Conclude(const PasswordUser& user, bool known, bool passed,
                                       const Sha256Digest& digest, TimestampMs now) const {
  if (!known) return {AuthResult::kUnknown, nullptr};
  if (!passed) return {AuthResult::kWrong, nullptr};
  verified_.Add(digest, now);
  return {AuthResult::kAccepted, user.caller};
}

}  // namespace gateway
