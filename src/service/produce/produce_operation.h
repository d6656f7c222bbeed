// One request's records between Send and answer. Whatever happens, the request is answered exactly
// once and each record counts exactly once: by its delivery report, or by the deadline if that
// comes first.
//
// Lifetime: the batch keeps itself alive until its last record has been reported, because
// librdkafka points into its bytes until then, also after the answer has gone out. Threads:
// OnReported comes from delivery threads, Expire from any; after the answer callback has been
// called, outcomes no longer change and any thread may read them.
#ifndef GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_
#define GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/types/pending_record.h"
#include "service/types/record.h"

namespace gateway {

// The report of a record that its deadline withdrew.
const DeliveryReport& WithdrawnReport();

class ProduceOperation final : public std::enable_shared_from_this<ProduceOperation> {
 public:
  // Called once, from the thread that completes the batch.
  using Callback = std::function<void(std::shared_ptr<const ProduceOperation>)>;
  // Called once, when the last record has been reported: librdkafka needs the bytes no more.
  using Released = std::function<void()>;

  static std::shared_ptr<ProduceOperation> Create(RequestRecords records, const Clock& clock,
                                                  ProduceMetrics& metrics, Callback answer,
                                                  Released released = {});
  ProduceOperation(const ProduceOperation&) = delete;
  ProduceOperation& operator=(const ProduceOperation&) = delete;

  // The memory of a record from Create to the last report, in addition to the bytes it points into;
  // and that of many records, which may share one array of headers.
  static std::size_t OverheadBytes(const Record& record) {
    return sizeof(Record) + sizeof(Pending) + record.headers.size_bytes();
  }
  static std::size_t OverheadBytes(std::span<const Record> records);

  // Hands every record to `producer`, in order, and has it dispatch. Called once. The producer must
  // outlive every batch that is not answered.
  void Send(Producer& producer);

  // The deadline has passed: answers now with what is known. Records without a report become
  // kDeliveryTimeout: NotPersisted if they were still queued, and then they are never sent;
  // otherwise PossiblyPersisted. No effect once answered. Do not call before Send has returned.
  void Expire();

  std::size_t size() const { return batch_.records.size(); }
  const Record& record(std::size_t index) const { return batch_.records[index]; }
  // True if all records had been reported when the answer was called, so that none is in flight any
  // more. Valid, like `outcome`, only after the answer callback was called.
  bool complete() const { return complete_; }
  // The outcome of the record. Valid only after the answer callback was called.
  const DeliveryReport& outcome(std::size_t index) const;

 private:
  enum class State : std::uint8_t { kPending, kReported, kExpired, kWithdrawn };

  class Pending final : public PendingRecord {
   public:
    Pending(const Record* record, ProduceOperation* batch)
        : PendingRecord(record), batch_(batch), report_(RecordMetadata{}) {}
    Pending(Pending&& other) noexcept;  // before Send only; std::vector needs it
    void Report(DeliveryReport report) override { batch_->OnReported(*this, std::move(report)); }
    RequestIds origin() const override { return batch_->batch_.origin; }

   private:
    friend class ProduceOperation;
    using PendingRecord::Withdraw;
    ProduceOperation* batch_;
    DeliveryReport report_;
    std::atomic<State> state_{State::kPending};
  };

  ProduceOperation(RequestRecords records, const Clock& clock, ProduceMetrics& metrics,
                   Callback answer, Released released);
  void OnReported(Pending& pending, DeliveryReport report);
  void Answer();

  RequestRecords batch_;
  const Clock& clock_;
  ProduceMetrics& metrics_;
  Callback answer_;
  Released released_;
  Clock::TimePoint sent_at_{};
  Producer* producer_ = nullptr;
  std::vector<Pending> pending_;
  std::atomic<std::size_t> unreported_;
  std::atomic<bool> answered_{false};
  bool complete_ = false;                   // written before the answer
  std::shared_ptr<ProduceOperation> self_;  // from Send until the last report
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_PRODUCE_OPERATION_H_
