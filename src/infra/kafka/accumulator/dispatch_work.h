// What was decided with the accumulator's mutex held, to be carried out once it is free. Plain
// data.
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

// Records of one partition on their way to one producer. Until their reports are in, nothing else
// of the partition goes to that producer, so the batch needs no lock.
struct PartitionBatch {
  PartitionQueue* partition;
  std::size_t producer;
  RecordQueue records;
  std::size_t refused = 0;  // taken off `records`, because librdkafka never will take them
  bool busy = false;        // librdkafka has no room now
};

struct DispatchWork {
  std::vector<PartitionBatch> batches;
  RecordQueue withdrawn;
  std::vector<std::pair<PendingRecord*, ErrorCode>> failed;  // NotPersisted
  std::size_t ending = 0;                                    // of both, counted as pending
  std::vector<std::size_t> rounds;                           // their sizes in records
  std::int64_t held_delta = 0;  // change of the number of queued records
  bool timer_sooner = false;    // see TimerSink
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_DISPATCH_WORK_H_
