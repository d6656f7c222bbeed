// The part of WaveQueue that takes records back: librdkafka did not take them, gave them up unsent,
// or a broker refused them for a record that was with them.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/wave_queue.h"
#include "infra/kafka/client/kafka_errors.h"

namespace gateway {

// Back to where their order wants them, which is before all that came later. Those whose deadline
// has come meanwhile go no further.
void WaveQueue::Hold(WavePartition& partition, RecordQueue records, Work* work) {
  RecordQueue back;
  while (PendingRecord* const record = records.Pop()) {
    if (!record->PutBack()) {
      work->withdrawn.Push(record);
      continue;
    }
    back.Push(record);
    Enter(partition, *record);
  }
  partition.held.Merge(std::move(back));
}

// A refused batch goes again in halves, then the batches grow again: about twice the logarithm of
// its size for one record at fault. What was handed over behind it may be stored by now, and then
// the refused records would come after it: so they fail, as they would without this.
void WaveQueue::SendAgain(WavePartition& partition, Reported* reported, Work* work) {
  RecordQueue again = std::move(reported->again);
  const auto grow = [&partition] {
    partition.together = partition.suspects == 0 ? 0 : partition.together * 2;
  };
  if (again.empty()) return grow();
  if (!reported->refused) return Hold(partition, std::move(again), work);
  const std::size_t count = again.size();
  if (partition.together == 0) partition.refusals_left = options_.refusals;
  const bool last = again.back()->order == partition.newest_out;
  if (!last || partition.refusals_left <= 0) {
    while (PendingRecord* const record = again.Pop()) {
      work->failed.emplace_back(
          record, MakeError(reported->code, Persistence::kNotPersisted, record->record()));
    }
    return grow();
  }
  --partition.refusals_left;
  partition.suspects += count;
  partition.together = std::max<std::size_t>(1, count / 2);
  Hold(partition, std::move(again), work);
}

}  // namespace gateway
