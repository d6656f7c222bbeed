// The statistics of a RecordAccumulator, for /health and /metrics.
#include <algorithm>

#include "infra/kafka/accumulator/record_accumulator.h"

namespace gateway {

// What is held is older than the first mark above its number. A partition in flight is at least as
// old as the newest record of its batch, and as its round.
RecordAccumulator::Stats RecordAccumulator::Snapshot() const {
  const std::lock_guard lock(mutex_);
  Stats stats{held_, in_flight_, std::nullopt};
  if (held_ + in_flight_ == 0) return stats;
  const TimePoint now = clock_.Now();
  TimePoint oldest = now;
  std::uint64_t order = next_order_;
  for (const auto& [name, topic] : topics_) {
    for (const auto& partition : topic->partitions) {
      if (!partition->held.empty()) order = std::min(order, partition->held.front()->order);
      if (partition->in_flight != 0) order = std::min(order, partition->newest_in_flight);
    }
  }
  const auto mark = std::find_if(marks_.begin(), marks_.end(),
                                 [order](const Mark& given) { return given.order > order; });
  if (mark != marks_.end()) oldest = mark->at;
  for (const auto& [leader, queue] : broker_queues_) {
    if (queue->in_flight != 0) oldest = std::min(oldest, queue->round_began);
  }
  stats.oldest = std::chrono::duration_cast<std::chrono::milliseconds>(now - oldest);
  return stats;
}

}  // namespace gateway
