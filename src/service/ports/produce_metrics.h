// The port that counts and times records on their way to Kafka. Called on the hot path by any
// thread: implementations are wait-free or nearly so.
#ifndef GATEWAY_SERVICE_PORTS_PRODUCE_METRICS_H_
#define GATEWAY_SERVICE_PORTS_PRODUCE_METRICS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "service/types/error.h"

namespace gateway {

// The outcome of a record, for counting.
enum class RecordResult : std::uint8_t { kDelivered, kNotPersisted, kPossiblyPersisted, kLate };

// The stages of a send. Each is observed once per request, for the record that was reported last,
// so that together they are the request's time, except for writing the answer.
enum class LatencyStage : std::uint8_t {
  kParse,   // from the request's last byte until its records are queued
  kHeld,    // until that record was last dispatched to librdkafka
  kBroker,  // until its delivery report
  kTotal,   // from the head of the request until its answer is built
};

class ProduceMetrics {
 public:
  virtual ~ProduceMetrics() = default;

  // `topic` becomes a label only once a record of it has been delivered; until then it
  // counts as "_other".
  virtual void OnRecordsSent(std::int64_t count, std::int64_t bytes) = 0;  // in flight from now
  virtual void OnRecordReported(std::string_view topic, RecordResult result, std::size_t bytes,
                                std::chrono::nanoseconds since_sent) = 0;
  virtual void OnBatch(std::size_t records) = 0;
  // Records that failed after their client was answered (Prefer: respond-async).
  virtual void OnAcceptedFailed(std::int64_t /*records*/) {}

  // A record failed or possibly failed.
  virtual void OnRecordFailed(ErrorCode /*code*/) {}
  virtual void OnStage(LatencyStage /*stage*/, std::chrono::nanoseconds /*took*/) {}

  // Records queued in the gateway because their partition is busy or its leader is unavailable.
  virtual void OnRecordsHeld(std::int64_t delta) = 0;
  virtual void OnRecordsWithdrawn(std::size_t count) = 0;  // by their deadline, never sent
  virtual void OnDispatchRound(std::size_t records) = 0;   // dispatched to one broker

  virtual void OnKafkaReady(bool ready) = 0;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PORTS_PRODUCE_METRICS_H_
