// How a WaveQueue is doing, for those who ask now and then.
#include <algorithm>

#include "infra/kafka/accumulator/wave_queue.h"

namespace gateway {

// What is held is older than the first mark above its number. A partition that is out is as old as
// the newest record of its batch at least, and as its wave.
WaveQueue::Load WaveQueue::Look() const {
  const std::lock_guard lock(mutex_);
  Load load{held_, out_, std::nullopt};
  if (held_ + out_ == 0) return load;
  const TimePoint now = clock_.Now();
  TimePoint oldest = now;
  std::uint64_t order = next_order_;
  for (const auto& [name, topic] : topics_) {
    for (const auto& partition : topic->partitions) {
      if (!partition->held.empty()) order = std::min(order, partition->held.front()->order);
      if (partition->out != 0) order = std::min(order, partition->newest_out);
    }
  }
  const auto mark = std::find_if(marks_.begin(), marks_.end(),
                                 [order](const Mark& given) { return given.order > order; });
  if (mark != marks_.end()) oldest = mark->at;
  for (const auto& [leader, lane] : lanes_) {
    if (lane->out != 0) oldest = std::min(oldest, lane->began);
  }
  load.oldest = std::chrono::duration_cast<std::chrono::milliseconds>(now - oldest);
  return load;
}

}  // namespace gateway
