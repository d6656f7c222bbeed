// One record between its request and its delivery report: what a Producer is handed, and what it
// reports on.
#ifndef GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_
#define GATEWAY_SERVICE_TYPES_PENDING_RECORD_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

// The truth about one record: where it is stored, or why it is not (Error::persistence says how
// sure that is).
using DeliveryReport = Result<RecordMetadata>;

// Owned by the operation of its request, which stays alive until every record of it has been
// reported; a producer keeps the plain pointer.
//
// One atomic decides what the caller hears, whatever comes first:
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

  // Says what became of the record. Called exactly once, from any thread, also when the producer
  // could not even enqueue it, and when it was withdrawn. The record may be gone when this returns.
  virtual void Report(DeliveryReport report) = 0;

  // The request that the record came with, for logs.
  virtual RequestIds origin() const { return {}; }

  // For the producer, before it hands the record to Kafka. False: it was withdrawn, and only Report
  // is left to do.
  [[nodiscard]] bool TryClaim() { return Move(State::kQueued, State::kInFlight); }
  // For the producer: the record certainly did not reach Kafka and is queued again. False: its
  // deadline has come meanwhile, and only Report is left to do.
  [[nodiscard]] bool ReturnToQueue() { return Move(State::kInFlight, State::kQueued); }
  bool withdrawn() const { return state() == State::kWithdrawn; }
  // Its request was answered while it was in flight: its report is late.
  bool expired() const { return state() == State::kExpired; }

  // For the producer alone, which needs no lock for them: a record is in one of its queues at a
  // time, and one thread handles it. `order` numbers records as they are queued; `key_hash` is
  // murmur2 of the key. The times measure stages; one reading of the clock does for a whole batch.
  PendingRecord* next = nullptr;
  std::uint64_t order = 0;
  std::uint64_t request = 0;  // numbers requests, in the order of Submit
  std::uint32_t key_hash = 0;
  Partition assigned = -1;  // the partition that was chosen
  // More records of its request may come, which are not queued yet.
  bool more_follow = false;
  // Its request is answered without waiting for its report, so records of later requests must not
  // be stored before it. Set before Submit.
  bool answered = false;
  using TimePoint = std::chrono::steady_clock::time_point;
  TimePoint dispatched_at{};  // when it was last claimed for Kafka; the epoch: never
  TimePoint reported_at{};    // when its report came in; the epoch: when Report is called

 protected:
  enum class State : std::uint8_t { kQueued, kInFlight, kReported, kWithdrawn, kExpired };

  explicit PendingRecord(const Record* record) : record_(record) {}
  PendingRecord(const PendingRecord& other) : record_(other.record_) {}  // before it is submitted
  PendingRecord& operator=(const PendingRecord&) = delete;
  ~PendingRecord() = default;

  State state() const { return state_.load(std::memory_order_acquire); }

  // For the deadline, once. True: the record was queued and now never will be sent. No effect on
  // one that has been reported.
  [[nodiscard]] bool Withdraw() {
    while (true) {
      if (Move(State::kQueued, State::kWithdrawn)) return true;
      if (Move(State::kInFlight, State::kExpired)) return false;
      if (state() == State::kReported) return false;
    }
  }

  // For Report: whose word counts. True if the report came before the deadline. What was written
  // before is visible to whoever reads the state.
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
