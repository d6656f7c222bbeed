#include "service/auth/passwords/verified_passwords.h"

namespace gateway {

Sha256Digest VerifiedPasswords::DigestOf(const std::string& user, const std::string& password,
                                         const std::string& hash) const {
  return hasher_.Mac(mac_key_, user + ":" + password + '\0' + hash);
}

bool VerifiedPasswords::Use(const Sha256Digest& digest, TimestampMs now) {
  const MutexLock lock(mutex_);
  Entry* const entry = verified_.Find(digest, now);
  if (entry == nullptr) return false;
  entry->until = now + kFor;
  return true;
}

void VerifiedPasswords::Add(const Sha256Digest& digest, TimestampMs now) {
  const MutexLock lock(mutex_);
  verified_.Add(digest, {now + kFor}, now);
}

std::size_t VerifiedPasswords::size() const {
  const MutexLock lock(mutex_);
  return verified_.size();
}

}  // namespace gateway
