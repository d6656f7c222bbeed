#include "service/auth/passwords/verified_passwords.h"

#include <cstring>

namespace gateway {

std::size_t VerifiedPasswords::Hash::operator()(const Sha256Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);  // its bits are as good as random
  return hash;
}

Sha256Digest VerifiedPasswords::DigestOf(const std::string& user, const std::string& password,
                                         const std::string& hash) const {
  return hasher_.Mac(mac_key_, user + ":" + password + '\0' + hash);
}

bool VerifiedPasswords::Use(const Sha256Digest& digest, TimestampMs now) {
  const MutexLock lock(mutex_);
  const auto found = until_.find(digest);
  if (found == until_.end()) return false;
  if (now < found->second) {
    found->second = now + kFor;
    return true;
  }
  until_.erase(found);
  return false;
}

void VerifiedPasswords::Add(const Sha256Digest& digest, TimestampMs now) {
  const MutexLock lock(mutex_);
  if (until_.size() >= kMax) {
    std::erase_if(until_, [now](const auto& known) { return known.second <= now; });
  }
  // Whoever is dropped is verified again with the next request.
  if (until_.size() >= kMax) until_.erase(until_.begin());
  until_.insert_or_assign(digest, now + kFor);
}

std::size_t VerifiedPasswords::size() const {
  const MutexLock lock(mutex_);
  return until_.size();
}

}  // namespace gateway
