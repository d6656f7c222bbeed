// The port that writes records to Kafka; infra implements it, tests fake it. Any thread may call
// it at any time; no call waits for Kafka.
#ifndef GATEWAY_SERVICE_PORTS_PRODUCER_H_
#define GATEWAY_SERVICE_PORTS_PRODUCER_H_

#include <cstddef>
#include <optional>

#include "service/types/error.h"
#include "service/types/record_queue.h"

namespace gateway {

class Producer {
 public:
  virtual ~Producer() = default;

  // Accepts all records of a request, or none. Nothing: accepted, and PendingRecord::Report is
  // called exactly once for each record, possibly before Submit returns. An error (kOverloaded:
  // the backlog of one of the topics is at its limit): none was accepted and none is reported.
  // Records of one partition are stored in the order in which one thread submits them.
  [[nodiscard]] virtual std::optional<Error> Submit(RecordQueue records) = 0;
  // `count` accepted records have been withdrawn: they are reported and released soon.
  virtual void OnWithdrawn(std::size_t count) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PRODUCER_H_
