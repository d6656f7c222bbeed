// The part of RecordAccumulator that queues records again: librdkafka did not take them, gave them
// up unsent, or a broker refused their batch for another record in it.
#include <algorithm>
#include <utility>

#include "infra/kafka/accumulator/record_accumulator.h"
#include "infra/kafka/types/record_errors.h"

namespace gateway {

// Back to where their order wants them, which is before all that came later. Those whose deadline
// has come meanwhile go no further.
void RecordAccumulator::Requeue(PartitionQueue& partition, RecordQueue records, Work* work) {
  RecordQueue back;
  while (PendingRecord* const record = records.Pop()) {
    if (!record->ReturnToQueue()) {
      work->withdrawn.Push(record);
      continue;
    }
    back.Push(record);
    OnQueued(partition, *record);
  }
  partition.held.Merge(std::move(back));
}

// A refused batch is bisected: sent again in halves, then the batches grow again; one record at
// fault costs about twice the logarithm of the batch's size. What was dispatched behind it may be
// stored by now, and then the refused records would come after it: so they fail, as they would
// without this.
void RecordAccumulator::RetryRefused(PartitionQueue& partition, Reported* reported, Work* work) {
  RecordQueue retry = std::move(reported->retry);
  const auto grow = [&partition] {
    partition.bisect_limit = partition.bisect_remaining == 0 ? 0 : partition.bisect_limit * 2;
  };
  if (retry.empty()) return grow();
  if (!reported->refused) return Requeue(partition, std::move(retry), work);
  const std::size_t count = retry.size();
  if (partition.bisect_limit == 0) partition.bisect_refusals_left = options_.refusals;
  const bool last = retry.back()->order == partition.newest_in_flight;
  if (!last || partition.bisect_refusals_left <= 0) {
    while (PendingRecord* const record = retry.Pop()) {
      work->failed.emplace_back(
          record, MakeError(reported->code, Persistence::kNotPersisted, record->record()));
    }
    return grow();
  }
  --partition.bisect_refusals_left;
  partition.bisect_remaining += count;
  partition.bisect_limit = std::max<std::size_t>(1, count / 2);
  Requeue(partition, std::move(retry), work);
}

}  // namespace gateway
