// One record from its request until its delivery report. A Producer accepts pending records and
// reports on each of them.
#ifndef GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_
#define GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

// Where a record is stored, or why it failed; Error::persistence says whether it may be stored all
// the same.
using DeliveryReport = Result<RecordMetadata>;

// Owned by the operation of its request, which stays alive until every record of it has been
// reported; a producer keeps the plain pointer.
//
// The delivery report and the deadline race for one atomic state; the first of them decides the
// outcome that the client sees:
//
//   queued --TryClaim--> in flight --Settle--> reported     by its delivery report
//     |  <-ReturnToQueue--  |
//     |                     +--Withdraw--> expired          answered at the deadline: may be stored
//     +--Withdraw--> withdrawn                              answered at the deadline: never sent
//     +--Settle--> reported                                 failed before it was sent
//
// Any thread may call any of these.
class PendingRecord {
 public:
  const Record& record() const { return *record_; }

  // The producer calls it exactly once, on any thread, also if it could not enqueue the record and
  // if the record was withdrawn. The record may be destroyed when the call returns.
  virtual void Report(DeliveryReport report) = 0;

  // The request that the record came with, for logs.
  virtual RequestIds origin() const { return {}; }

  // The producer calls it before it hands the record to librdkafka. Returns false if the record was
  // withdrawn; then the producer may only call Report.
  [[nodiscard]] bool TryClaim() { return Move(State::kQueued, State::kInFlight); }
  // The producer calls it to queue a record again that certainly did not reach Kafka. Returns false
  // if the deadline has passed meanwhile; then the producer may only call Report.
  [[nodiscard]] bool ReturnToQueue() { return Move(State::kInFlight, State::kQueued); }
  bool withdrawn() const { return state() == State::kWithdrawn; }
  // True if the deadline passed while the record was in flight, so that its report comes too late.
  bool expired() const { return state() == State::kExpired; }

  // Only the producer uses these. They need no lock, because a record is in one queue at a time,
  // and one thread handles it. `order` numbers records as they are queued; `key_hash` is murmur2 of
  // the key. The times are for stage metrics; the producer reads the clock once per batch.
  PendingRecord* next = nullptr;
  std::uint64_t order = 0;
  std::uint64_t request = 0;  // numbers requests, in the order of Submit
  std::uint32_t key_hash = 0;
  Partition assigned = -1;  // the chosen partition
  // More records of its request may follow that are not queued yet.
  bool more_follow = false;
  // Its request is answered without waiting for its report, so records of later requests must not
  // be stored before it. Set before Submit.
  bool answered = false;
  using TimePoint = std::chrono::steady_clock::time_point;
  TimePoint dispatched_at{};  // when it was last dispatched; the epoch: never
  TimePoint reported_at{};    // when its report arrived; the epoch: unknown, Report reads the clock

 protected:
  enum class State : std::uint8_t { kQueued, kInFlight, kReported, kWithdrawn, kExpired };

  explicit PendingRecord(const Record* record) : record_(record) {}
  PendingRecord(const PendingRecord& other) : record_(other.record_) {}  // before it is submitted
  PendingRecord& operator=(const PendingRecord&) = delete;
  ~PendingRecord() = default;

  State state() const { return state_.load(std::memory_order_acquire); }

  // Call it once, at the deadline. Returns true if the record was still queued; it will never be
  // sent. No effect on a record that has been reported.
  [[nodiscard]] bool Withdraw() {
    while (true) {
      if (Move(State::kQueued, State::kWithdrawn)) return true;
      if (Move(State::kInFlight, State::kExpired)) return false;
      if (state() == State::kReported) return false;
    }
  }

  // Report calls it. Returns true if the report came before the deadline and therefore decides the
  // outcome. A thread that reads the new state also sees everything written before the call.
  [[nodiscard]] bool Settle() {
    State from = state();
    while (from == State::kQueued || from == State::kInFlight) {
      if (state_.compare_exchange_weak(from, State::kReported, std::memory_order_acq_rel,
                                       std::memory_order_acquire)) {
        return true;
      }
    }
    return false;
  }

 private:
  bool Move(State from, State to) {
    return state_.compare_exchange_strong(from, to, std::memory_order_acq_rel,
                                          std::memory_order_acquire);
  }

  const Record* record_;
  std::atomic<State> state_{State::kQueued};
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_
