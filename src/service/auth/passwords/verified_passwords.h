// Remembers passwords that were verified a short time ago, so that not every request costs a slow
// hash. Outlives access policies: after a reload of the access file, callers need not all be
// verified again at once. Only digests are kept, under a key of this process, and each covers the
// hash from the access file: with another hash, a password is not known. The caller asks only for
// users that the present file has.
// Bounded; any thread. One mutex, a leaf.
#ifndef GATEWAY_SERVICE_AUTH_PASSWORDS_VERIFIED_PASSWORDS_H_
#define GATEWAY_SERVICE_AUTH_PASSWORDS_VERIFIED_PASSWORDS_H_

#include <cstddef>
#include <string>

#include "service/auth/expiring_digests.h"
#include "service/ports/hasher.h"
#include "service/types/mutex.h"
#include "service/types/record.h"

namespace gateway {

class VerifiedPasswords final {
 public:
  static constexpr std::size_t kMax = 10'000;
  static constexpr TimestampMs kFor = 60'000;  // since it was used last

  // `mac_key`: random, for this process. `hasher` outlives this.
  VerifiedPasswords(const Sha256Digest& mac_key, const Hasher& hasher)
      : mac_key_(mac_key), hasher_(hasher) {}

  // Stands for "this password of this user fits this hash". Neither has a zero byte, and the user
  // no colon.
  Sha256Digest DigestOf(const std::string& user, const std::string& password,
                        const std::string& hash) const;

  // Whether the password was verified and has been used within kFor; this is a use.
  bool Use(const Sha256Digest& digest, TimestampMs now);
  // It was verified. If too many are known, drops others: first those that were not used.
  void Add(const Sha256Digest& digest, TimestampMs now);
  std::size_t size() const;

 private:
  struct Entry {
    TimestampMs until = 0;
  };

  const Sha256Digest mac_key_;
  const Hasher& hasher_;
  mutable Mutex mutex_;  // held for some tens of nanoseconds
  ExpiringDigests<Entry> verified_ GUARDED_BY(mutex_){kMax};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_PASSWORDS_VERIFIED_PASSWORDS_H_
