#include "service/auth/verified_callers.h"

#include <utility>

namespace gateway {

CallerPtr VerifiedCallers::Find(const Sha256Digest& credentials, TimestampMs now) {
  Shard& shard = ShardOf(credentials);
  const MutexLock lock(shard.mutex);
  const Entry* const entry = shard.callers.Find(credentials, now);
  if (entry == nullptr) return nullptr;
  if (!entry->still_valid || entry->still_valid()) return entry->caller;
  shard.callers.Remove(credentials);
  return nullptr;
}

void VerifiedCallers::Add(const Sha256Digest& credentials, Entry entry, TimestampMs now) {
  if (entry.until <= now) return;
  Shard& shard = ShardOf(credentials);
  const MutexLock lock(shard.mutex);
  shard.callers.Add(credentials, std::move(entry), now);
}

std::size_t VerifiedCallers::size() const {
  std::size_t size = 0;
  for (const Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    size += shard.callers.size();
  }
  return size;
}

}  // namespace gateway
