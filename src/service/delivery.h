// A record on its way, and what is said of it at the end.
#ifndef GATEWAY_SERVICE_DELIVERY_H_
#define GATEWAY_SERVICE_DELIVERY_H_

#include <cstdint>

#include "record.h"
#include "result.h"

namespace gateway {

// The truth about one record: where it is stored, or why it is not (Error::persistence says how
// sure that is).
using DeliveryReport = Result<RecordMetadata>;

// One record handed to a Producer. Owned by the batch of its request, which stays alive until every
// record of it has been reported; a producer keeps the plain pointer. `next` is for the producer's
// own queues (a record is in one at a time).
class PendingRecord {
 public:
  const Record& record() const { return *record_; }

  // Says what became of the record. Called exactly once, from any thread, also when the producer
  // could not even enqueue it. The record may be gone when this returns.
  virtual void Report(DeliveryReport report) = 0;

  PendingRecord* next = nullptr;

 protected:
  explicit PendingRecord(const Record* record) : record_(record) {}
  PendingRecord(const PendingRecord&) = default;
  PendingRecord& operator=(const PendingRecord&) = default;
  ~PendingRecord() = default;

 private:
  const Record* record_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_DELIVERY_H_
