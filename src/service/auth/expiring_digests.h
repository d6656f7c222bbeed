// Digests of credentials that were accepted, each with an entry that ends at `until`. Bounded. Not
// thread-safe: its owner's mutex protects it.
#ifndef GATEWAY_SERVICE_AUTH_EXPIRING_DIGESTS_H_
#define GATEWAY_SERVICE_AUTH_EXPIRING_DIGESTS_H_

#include <cstddef>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "service/ports/hasher.h"
#include "service/types/record.h"

namespace gateway {

struct DigestHash {
  std::size_t operator()(const Sha256Digest& digest) const {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);  // its bits are as good as random
    return hash;
  }
};

// `Entry` has a member `until`: the first moment at which it no longer holds.
template <typename Entry>
class ExpiringDigests final {
 public:
  explicit ExpiringDigests(std::size_t max) : max_(max) {}

  // Valid until the next call; null if the digest is unknown or has ended, and is then forgotten.
  Entry* Find(const Sha256Digest& digest, TimestampMs now) {
    const auto found = entries_.find(digest);
    if (found == entries_.end()) return nullptr;
    if (now < found->second.until) return &found->second;
    entries_.erase(found);
    return nullptr;
  }

  // If there is no room, forgets others: all that have ended, or else an arbitrary one, whose
  // credentials are verified again with the next request.
  void Add(const Sha256Digest& digest, Entry entry, TimestampMs now) {
    if (entries_.size() >= max_) {
      std::erase_if(entries_, [now](const auto& known) { return known.second.until <= now; });
    }
    if (entries_.size() >= max_) entries_.erase(entries_.begin());
    entries_.insert_or_assign(digest, std::move(entry));
  }

  void Remove(const Sha256Digest& digest) { entries_.erase(digest); }
  std::size_t size() const { return entries_.size(); }

 private:
  const std::size_t max_;
  std::unordered_map<Sha256Digest, Entry, DigestHash> entries_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_AUTH_EXPIRING_DIGESTS_H_
