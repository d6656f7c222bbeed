// A record between Send and its delivery report, and the report.
#ifndef GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_
#define GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

// The outcome of one record: where it is stored, or why it failed (Error::persistence says whether
// it may be stored all the same).
using DeliveryReport = Result<RecordMetadata>;

// One record handed to a Producer. Owned by the batch of its request, which stays alive until every
// record of it has been reported; a producer keeps the plain pointer. `next` and `order` are for
// the producer's own queues (a record is in one at a time). The producer sets the two times, for
// metrics: one reading of the clock serves all records of a batch.
//
// A record is held until the producer claims it to hand it to Kafka. The deadline of its request
// may withdraw it only while it is held: then it was certainly never sent. One atomic decides
// between the two; any thread may call any of these.
class PendingRecord {
 public:
  const Record& record() const { return *record_; }

  // Reports the outcome of the record. Called exactly once, from any thread, also if the producer
  // could not enqueue it or it was withdrawn. The record may be destroyed when this returns.
  virtual void Report(DeliveryReport report) = 0;

  // The request that the record came with.
  virtual RequestIds origin() const { return {}; }

  // For the producer, before it hands the record to Kafka: false if the record was withdrawn.
  [[nodiscard]] bool TryClaim() { return Move(Hold::kHeld, Hold::kClaimed); }
  // For the producer: the record certainly did not reach Kafka and is queued again. False if its
  // deadline has passed meanwhile: then only call Report.
  [[nodiscard]] bool ReturnToQueue() { return Move(Hold::kClaimed, Hold::kHeld); }
  bool withdrawn() const { return hold_.load(std::memory_order_acquire) == Hold::kWithdrawn; }
  // The deadline passed after the record was claimed: its report is late.
  bool expired() const { return hold_.load(std::memory_order_acquire) == Hold::kExpired; }

  PendingRecord* next = nullptr;
  std::uint64_t order = 0;
  using TimePoint = std::chrono::steady_clock::time_point;
  TimePoint dispatched_at{};  // when it was last claimed for Kafka; the epoch: never
  TimePoint reported_at{};    // when its report came in; the epoch: when Report is called

 protected:
  explicit PendingRecord(const Record* record) : record_(record) {}
  PendingRecord(const PendingRecord& other) : record_(other.record_) {}  // before it is sent
  PendingRecord& operator=(const PendingRecord&) = delete;
  ~PendingRecord() = default;

  // For the deadline, once: true if the record was still queued; it will never be sent.
  [[nodiscard]] bool Withdraw() {
    while (true) {
      if (Move(Hold::kHeld, Hold::kWithdrawn)) return true;
      if (Move(Hold::kClaimed, Hold::kExpired)) return false;
    }
  }

 private:
  enum class Hold : std::uint8_t { kHeld, kClaimed, kWithdrawn, kExpired };

  bool Move(Hold from, Hold to) {
    return hold_.compare_exchange_strong(from, to, std::memory_order_acq_rel,
                                         std::memory_order_acquire);
  }

  const Record* record_;
  std::atomic<Hold> hold_{Hold::kHeld};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_
