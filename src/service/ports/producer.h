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

  // Accepts all records of a request, or none. Returns nothing if it accepts them;
  // PendingRecord::Report is then called exactly once for each record, possibly before Submit
  // returns. Returns an error if it accepts none (kOverloaded: the backlog of one of the topics is
  // at its limit); then none is reported.
  //
  // Order within a partition: the records of one request are stored in their order. The records of
  // a request are stored after those of an earlier request if, before Submit, all records of the
  // earlier one were reported or passed to OnExpired, or if they have PendingRecord::answered set.
  // Otherwise the order of the two requests is undefined (docs/dispatch.md).
  [[nodiscard]] virtual std::optional<Error> Submit(RecordQueue records) = 0;
  // The request of these records is about to be answered, although they may be in flight.
  virtual void OnExpired(std::span<const PendingRecord* const> records) = 0;
  // The caller has withdrawn `count` accepted records. The producer reports and releases them soon.
  virtual void OnWithdrawn(std::size_t count) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PRODUCER_H_
