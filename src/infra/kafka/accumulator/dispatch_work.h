// Work that the accumulator decides on with its mutex held and carries out once the mutex is free.
// Plain data.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_WORK_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_WORK_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record_queue.h"

namespace gateway {

struct PartitionQueue;

// Records of one partition on their way to one producer. Nothing else of the partition goes to that
// producer until they are reported, so the batch needs no lock.
struct PartitionBatch {
  PartitionQueue* partition;
  std::size_t producer;
  RecordQueue records;
  std::size_t refused = 0;  // removed from `records`: librdkafka will never take them
  bool busy = false;        // librdkafka takes no more records now
};

struct DispatchWork {
  std::vector<PartitionBatch> batches;
  RecordQueue withdrawn;
  std::vector<std::pair<PendingRecord*, ErrorCode>> failed;  // NotPersisted
  std::size_t ending = 0;           // records in `withdrawn` and `failed`, counted as pending
  std::vector<std::size_t> rounds;  // the size of each in records
  std::int64_t held_delta = 0;      // change of the number of queued records
  bool timer_sooner = false;        // see TimerSink
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_WORK_H_
