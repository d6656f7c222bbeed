#include "produce_batch.h"

#include <utility>

namespace gateway {
namespace {

RecordResult ResultOf(const DeliveryReport& report) {
  if (report.ok()) return RecordResult::kDelivered;
  return report.error().persistence == Persistence::kNotPersisted
             ? RecordResult::kNotPersisted
             : RecordResult::kPossiblyPersisted;
}

const DeliveryReport& DeadlineReport() {
  static const DeliveryReport report = [] {
    Error error;
    error.code = ErrorCode::kDeliveryTimeout;
    error.persistence = Persistence::kPossiblyPersisted;
    error.detail =
        "Kafka did not confirm the record before the request's deadline. It may still be stored: "
        "retry only if a duplicate is harmless.";
    return DeliveryReport(std::move(error));
  }();
  return report;
}

}  // namespace

ProduceBatch::Pending::Pending(Pending&& other) noexcept
    : PendingRecord(other), batch_(other.batch_), report_(std::move(other.report_)) {}

std::shared_ptr<ProduceBatch> ProduceBatch::Create(RecordBatch records, const Clock& clock,
                                                   Metrics& metrics, Callback answer,
                                                   Released released) {
  return std::shared_ptr<ProduceBatch>(
      new ProduceBatch(std::move(records), clock, metrics, std::move(answer), std::move(released)));
}

ProduceBatch::ProduceBatch(RecordBatch records, const Clock& clock, Metrics& metrics,
                           Callback answer, Released released)
    : batch_(std::move(records)),
      clock_(clock),
      metrics_(metrics),
      answer_(std::move(answer)),
      released_(std::move(released)),
      unreported_(batch_.records.size()) {
  pending_.reserve(batch_.records.size());
  for (const Record& record : batch_.records) pending_.emplace_back(&record, this);
}

void ProduceBatch::Send(Producer& producer) {
  // A local reference too: the last record may be reported before the loop has ended.
  const std::shared_ptr<ProduceBatch> keep = shared_from_this();
  self_ = keep;
  sent_at_ = clock_.Now();
  std::int64_t bytes = 0;
  for (const Record& record : batch_.records) {
    bytes += static_cast<std::int64_t>(record.PayloadBytes());
  }
  metrics_.OnBatch(batch_.records.size());
  metrics_.OnRecordsSent(static_cast<std::int64_t>(batch_.records.size()), bytes);
  for (Pending& pending : pending_) producer.Send(&pending);
}

void ProduceBatch::OnReported(Pending& pending, DeliveryReport report) {
  const RecordResult result = ResultOf(report);
  pending.report_ = std::move(report);
  State expected = State::kPending;
  const bool in_time = pending.state_.compare_exchange_strong(
      expected, State::kReported, std::memory_order_acq_rel, std::memory_order_acquire);
  metrics_.OnRecordReported(pending.record().topic, in_time ? result : RecordResult::kLate,
                            pending.record().PayloadBytes(), clock_.Now() - sent_at_);
  if (unreported_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;

  const std::shared_ptr<ProduceBatch> last = std::move(self_);
  if (!answered_.exchange(true, std::memory_order_acq_rel)) Answer();
  if (released_) released_();
}

void ProduceBatch::Expire() {
  if (answered_.exchange(true, std::memory_order_acq_rel)) return;
  for (Pending& pending : pending_) {
    State expected = State::kPending;
    pending.state_.compare_exchange_strong(expected, State::kExpired, std::memory_order_acq_rel,
                                           std::memory_order_acquire);
  }
  Answer();
}

void ProduceBatch::Answer() {
  const Callback answer = std::move(answer_);
  answer(shared_from_this());
}

const DeliveryReport& ProduceBatch::outcome(std::size_t index) const {
  const Pending& pending = pending_[index];
  return pending.state_.load(std::memory_order_acquire) == State::kReported ? pending.report_
                                                                            : DeadlineReport();
}

}  // namespace gateway
