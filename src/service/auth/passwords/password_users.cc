#include "service/auth/passwords/password_users.h"

#include <algorithm>
#include <utility>

#include "service/auth/principal.h"
#include "service/types/base64url.h"

namespace gateway {
namespace {

constexpr TimestampMs kVerifiedFor = 60'000;
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

PasswordUsers::PasswordUsers(std::vector<PasswordUser> users, const Sha256Digest& mac_key,
                             const Hasher& hasher, const PasswordVerifier& verifier)
    : users_(Sorted(std::move(users))), mac_key_(mac_key), hasher_(hasher), verifier_(verifier) {}

Authentication PasswordUsers::Check(std::string_view text, TimestampMs now) const {
  auto credentials = ParseBasicCredentials(text);
  if (!credentials) return {AuthResult::kMalformed, nullptr};
  // The pairs ("a", "b:c") and ("a:b", "c") cannot be confused: no name contains a colon.
  const Sha256Digest mac = hasher_.Mac(mac_key_, credentials->user + ":" + credentials->password);
  if (CallerPtr caller = verified_.Find(mac, now)) {
    return {AuthResult::kAccepted, std::move(caller)};
  }
  return {AuthResult::kBusy, nullptr,
          [self = shared_from_this(), credentials = *std::move(credentials), mac, now] {
            return self->Verify(credentials, mac, now);
          }};
}

Authentication PasswordUsers::Verify(const BasicCredentials& credentials, const Sha256Digest& mac,
                                     TimestampMs now) const {
  const auto found = std::lower_bound(
      users_.begin(), users_.end(), credentials.user,
      [](const PasswordUser& a, const std::string& wanted) { return a.name < wanted; });
  const bool known = found != users_.end() && found->name == credentials.user;
  // For an unknown user, computes another user's hash, so that the time does not show who exists.
  const PasswordUser& user = known ? *found : users_.front();
  const bool right = verifier_.Verify(credentials.password, user.hash);
  if (!known) return {AuthResult::kUnknown, nullptr};
  if (!right) return {AuthResult::kWrong, nullptr};
  verified_.Add(mac, {user.caller, now + kVerifiedFor, nullptr}, now);
  return {AuthResult::kAccepted, user.caller};
}

}  // namespace gateway
