// The port that writes records to Kafka; infra implements it, tests fake it. Any thread may call
// it at any time; no call waits for Kafka.
#ifndef GATEWAY_SERVICE_PORTS_PRODUCER_H_
#define GATEWAY_SERVICE_PORTS_PRODUCER_H_

#include <cstddef>
#include <string_view>

#include "service/ports/burst_listener.h"
#include "service/types/pending_record.h"

namespace gateway {

// Writes records to Kafka. Records of one partition are stored in the order of the Send calls of
// one thread.
class Producer {
 public:
  virtual ~Producer() = default;

  // Returns false if the topic's backlog is at its limit; the caller should then refuse the whole
  // request. Lock-free unless some topic is at its limit.
  virtual bool HasRoomFor(std::string_view topic) const = 0;
  // Accepts the record; PendingRecord::Report is called exactly once, possibly before Send returns.
  // The record may wait for the following ones until Dispatch.
  virtual void Send(PendingRecord* record) = 0;
  // Dispatches queued records, as far as there is room. Call once after a series of Send calls.
  virtual void Dispatch() = 0;
  // `count` accepted records have been withdrawn: the producer reports and drops them soon.
  virtual void OnWithdrawn(std::size_t count) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PRODUCER_H_
