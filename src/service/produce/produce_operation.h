// One request's records from Submit to its answer. Once the producer has accepted them, the request
// is answered exactly once and each record counts exactly once: by its delivery report, or by the
// deadline if that comes first.
//
// Owns what the records need until the last of them is reported, also after the answer has gone
// out: their bytes, into which librdkafka points, the request's share of the budgets, and its ids
// for log lines. It keeps itself alive until then. Threads: reports come from delivery threads,
// Expire from any; after the answer callback has been called, outcomes no longer change and any
// thread may read them.
#ifndef GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_
#define GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/types/error.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"

namespace gateway {

// The report of a record that its deadline withdrew.
const DeliveryReport& WithdrawnReport();

class ProduceOperation final : public std::enable_shared_from_this<ProduceOperation> {
 public:
  // Called once, on the thread that completes the operation.
  using Callback = std::function<void(const std::shared_ptr<ProduceOperation>&)>;

  static std::shared_ptr<ProduceOperation> Create(RequestRecords&& records,
                                                  Admission::Ticket&& ticket, const Clock& clock,
                                                  ProduceMetrics& metrics, Callback&& answer);
  ProduceOperation(const ProduceOperation&) = delete;
  ProduceOperation& operator=(const ProduceOperation&) = delete;

  // The memory that a record takes until its report, in addition to the bytes it points into. The
  // function for several records counts an array of headers only for the first of consecutive
  // records that share it.
  static std::size_t OverheadBytes(const Record& record) {
    return sizeof(Record) + sizeof(Pending) + record.headers.size_bytes();
  }
  static std::size_t OverheadBytes(std::span<const Record> records);

  // Submits every record, in order. Call it once. Returns an error if the producer accepted none;
  // then the answer callback is not called. The producer must outlive every operation that is not
  // answered.
  [[nodiscard]] std::optional<Error> Submit(Producer& producer);

  // Call it at the deadline, after Submit has returned. Answers with the outcomes known so far;
  // records without a report fail with kDeliveryTimeout. Of these, a record that is still queued is
  // never sent and is NotPersisted; the others are PossiblyPersisted. No effect once answered.
  void Expire();

  // Releases the request's share of the budgets before the operation is destroyed; only once
  // complete.
  void ReleaseBudget() { ticket_ = {}; }

  std::size_t size() const { return request_.records.size(); }
  const Record& record(std::size_t index) const { return request_.records[index]; }
  // True if all records had been reported when the answer callback was called. Like `outcome`, call
  // it only after that.
  bool complete() const { return complete_; }
  // Where the record is stored, or why it is not.
  const DeliveryReport& outcome(std::size_t index) const;

 private:
  class Pending final : public PendingRecord {
   public:
    Pending(const Record* record, ProduceOperation* operation)
        : PendingRecord(record), operation_(operation), report_(RecordMetadata{}) {}
    Pending(Pending&& other) noexcept;  // before Submit only: std::vector wants it
    void Report(DeliveryReport report) override {
      operation_->OnReported(*this, std::move(report));
    }
    RequestIds origin() const override { return operation_->request_.origin(); }

   private:
    friend class ProduceOperation;
    ProduceOperation* operation_;
    DeliveryReport report_;
  };

  ProduceOperation(RequestRecords&& records, Admission::Ticket&& ticket, const Clock& clock,
                   ProduceMetrics& metrics, Callback&& answer);
  void CountSubmitted();
  void OnReported(Pending& pending, DeliveryReport report);
  void Answer();

  RequestRecords request_;
  Admission::Ticket ticket_;
  const Clock& clock_;
  ProduceMetrics& metrics_;
  Callback answer_;
  Clock::TimePoint submitted_at_{};
  Producer* producer_ = nullptr;
  std::vector<Pending> pending_;
  std::atomic<std::size_t> unreported_;
  std::atomic<bool> answered_{false};
  bool complete_ = false;                   // written before the answer
  std::shared_ptr<ProduceOperation> self_;  // from Submit until the last report
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_
