#include "service/auth/verified_callers.h"

#include <cstring>
#include <utility>

namespace gateway {

std::size_t VerifiedCallers::Hash::operator()(const Sha256Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);  // its bits are as good as random
  return hash;
}

CallerPtr VerifiedCallers::Find(const Sha256Digest& credentials, TimestampMs now) {
  Shard& shard = ShardOf(credentials);
  const MutexLock lock(shard.mutex);
  const auto found = shard.callers.find(credentials);
  if (found == shard.callers.end()) return nullptr;
  const Entry& entry = found->second;
  if (now < entry.until && (!entry.still_valid || entry.still_valid())) return entry.caller;
  shard.callers.erase(found);
  return nullptr;
}

void VerifiedCallers::Add(const Sha256Digest& credentials, Entry entry, TimestampMs now) {
  constexpr std::size_t kMaxOfShard = kMaxCallers / kShards;
  if (entry.until <= now) return;
  Shard& shard = ShardOf(credentials);
  const MutexLock lock(shard.mutex);
  if (shard.callers.size() >= kMaxOfShard) {
    std::erase_if(shard.callers, [now](const auto& known) { return known.second.until <= now; });
  }
  // A full shard drops an arbitrary caller, whose next request is verified again.
  if (shard.callers.size() >= kMaxOfShard) shard.callers.erase(shard.callers.begin());
  shard.callers.insert_or_assign(credentials, std::move(entry));
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
