// Remembers callers whose tokens were verified a short time ago, so that not every request costs
// the check of a signature. Keeps only accepted tokens, and of these only a digest. Belongs to one
// AccessPolicy, so a new access file begins with no remembered callers. Any thread; sharded, so
// that I/O threads seldom wait for each other.
#ifndef GATEWAY_SERVICE_AUTH_VERIFIED_CALLERS_H_
#define GATEWAY_SERVICE_AUTH_VERIFIED_CALLERS_H_

#include <array>
#include <cstddef>
#include <functional>

#include "service/auth/caller.h"
#include "service/auth/expiring_digests.h"
#include "service/ports/hasher.h"
#include "service/types/mutex.h"
#include "service/types/record.h"

namespace gateway {

class VerifiedCallers final {
 public:
  static constexpr std::size_t kMaxCallers = 10'000;

  struct Entry {
    CallerPtr caller;
    TimestampMs until = 0;              // the end of its validity
    std::function<bool()> still_valid;  // empty: always; must not block
  };

  // The caller with these credentials; null if they are unknown or no longer valid.
  CallerPtr Find(const Sha256Digest& credentials, TimestampMs now);
  // If the shard is full, drops other callers: first those that have expired.
  void Add(const Sha256Digest& credentials, Entry entry, TimestampMs now);
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 16;  // a power of two

  struct Shard {
    mutable Mutex mutex;  // a leaf, held for some tens of nanoseconds
    ExpiringDigests<Entry> callers GUARDED_BY(mutex){kMaxCallers / kShards};
  };
  Shard& ShardOf(const Sha256Digest& digest) { return shards_[digest.back() % kShards]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_VERIFIED_CALLERS_H_
