// The port that writes records to Kafka; infra implements it, tests fake it. Any thread may call
// it at any time; no call waits for Kafka.
#ifndef GATEWAY_SERVICE_PORTS_PRODUCER_H_
#define GATEWAY_SERVICE_PORTS_PRODUCER_H_

#include <cstddef>
#include <optional>
#include <span>

#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record_queue.h"

namespace gateway {

class Producer {
 public:
  virtual ~Producer() = default;

  // Accepts all records of a request, or none. Nothing: accepted, and PendingRecord::Report is
  // called exactly once for each record, possibly before Submit returns. An error (kOverloaded:
  // the backlog of one of the topics is at its limit): none was accepted and none is reported.
  // Order: of the records of one partition, those of one request are stored in their order, and
  // those of a request that was submitted after all of another were reported, or after OnExpired,
  // or that has PendingRecord::answered set, are stored after those of the other. Nothing else is
  // promised: of requests at the same time any may be first.
  [[nodiscard]] virtual std::optional<Error> Submit(RecordQueue records) = 0;
  // The request of these records is about to be answered, although they may be in flight.
  virtual void OnExpired(std::span<const PendingRecord* const> records) = 0;
  // `count` accepted records have been withdrawn: they are reported and released soon.
  virtual void OnWithdrawn(std::size_t count) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PRODUCER_H_
