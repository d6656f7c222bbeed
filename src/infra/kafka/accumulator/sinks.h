// The interfaces that a RecordAccumulator calls. It calls them from any thread, without holding its
// mutex.
#ifndef GATEWAY_INFRA_KAFKA_ACCUMULATOR_SINKS_H_
#define GATEWAY_INFRA_KAFKA_ACCUMULATOR_SINKS_H_

#include <cstddef>
#include <optional>
#include <string>

#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"
#include "service/types/record_queue.h"

namespace gateway {

// Why librdkafka did not take a record.
struct BatchRefusal {
  bool busy = false;  // it may take the records later
  Error error = {};   // unless busy: why it will never take the first of them
};

class BatchSink {
 public:
  virtual ~BatchSink() = default;
  // Hands `records` to producer number `producer` in order, and removes each from the queue as it
  // is handed over. Absent if the producer took all; otherwise it refused the first of those left.
  virtual std::optional<BatchRefusal> Produce(std::size_t producer, const std::string& topic,
                                              Partition partition, RecordQueue* records) = 0;
};

class TimerSink {
 public:
  virtual ~TimerSink() = default;
  // ReleaseLingering is due sooner than its last call said: call it now.
  virtual void OnTimerSooner() = 0;
};

class ReportSink {
 public:
  virtual ~ReportSink() = default;
  // The record's outcome is known. The record may be gone when this returns.
  virtual void Report(PendingRecord* record, DeliveryReport report) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_INFRA_KAFKA_ACCUMULATOR_SINKS_H_
