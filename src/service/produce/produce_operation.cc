#include "service/produce/produce_operation.h"

#include <utility>

#include "service/types/error.h"

namespace gateway {
namespace {

RecordResult ResultOf(const DeliveryReport& report) {
  if (report.ok()) return RecordResult::kDelivered;
  return report.error().persistence == Persistence::kNotPersisted
             ? RecordResult::kNotPersisted
             : RecordResult::kPossiblyPersisted;
}

DeliveryReport MakeReport(Persistence persistence, std::string detail) {
  Error error;
  error.code = ErrorCode::kDeliveryTimeout;
  error.persistence = persistence;
  error.detail = std::move(detail);
  return DeliveryReport(std::move(error));
}

const DeliveryReport& DeadlineReport() {
  static const DeliveryReport report = MakeReport(
      Persistence::kPossiblyPersisted,
      "Kafka did not confirm the record before the request's deadline. It may still be stored: "
      "retry only if a duplicate is harmless.");
  return report;
}

}  // namespace

const DeliveryReport& WithdrawnReport() {
  static const DeliveryReport report = MakeReport(
      Persistence::kNotPersisted,
      "The record still waited in the gateway when the request's deadline came. It was withdrawn "
      "and never sent to Kafka: a retry cannot duplicate it.");
  return report;
}

ProduceOperation::Pending::Pending(Pending&& other) noexcept
    : PendingRecord(other), batch_(other.batch_), report_(std::move(other.report_)) {}

std::shared_ptr<ProduceOperation> ProduceOperation::Create(RequestRecords records,
                                                           const Clock& clock,
                                                           ProduceMetrics& metrics, Callback answer,
                                                           Released released) {
  return std::shared_ptr<ProduceOperation>(new ProduceOperation(
      std::move(records), clock, metrics, std::move(answer), std::move(released)));
}

ProduceOperation::ProduceOperation(RequestRecords records, const Clock& clock,
                                   ProduceMetrics& metrics, Callback answer, Released released)
    : batch_(std::move(records)),
      clock_(clock),
      metrics_(metrics),
      answer_(std::move(answer)),
      released_(std::move(released)),
      unreported_(batch_.records.size()) {
  pending_.reserve(batch_.records.size());
  for (const Record& record : batch_.records) pending_.emplace_back(&record, this);
}

std::size_t ProduceOperation::OverheadBytes(std::span<const Record> records) {
  std::size_t bytes = 0;
  const Header* last = nullptr;
  for (const Record& record : records) {
    const bool shared = !record.headers.empty() && record.headers.data() == last;
    last = record.headers.data();
    bytes += OverheadBytes(record) - (shared ? record.headers.size_bytes() : 0);
  }
  return bytes;
}

void ProduceOperation::Send(Producer& producer) {
  // A local reference as well: the last record may be reported before the loop ends.
  const std::shared_ptr<ProduceOperation> keep = shared_from_this();
  self_ = keep;
  producer_ = &producer;
  sent_at_ = clock_.Now();
  std::int64_t bytes = 0;
  for (const Record& record : batch_.records) {
    bytes += static_cast<std::int64_t>(record.PayloadBytes());
  }
  if (batch_.complete_at != Clock::TimePoint()) {
    metrics_.OnStage(LatencyStage::kParse, sent_at_ - batch_.complete_at);
  }
  metrics_.OnBatch(batch_.records.size());
  metrics_.OnRecordsSent(static_cast<std::int64_t>(batch_.records.size()), bytes);
  for (Pending& pending : pending_) producer.Send(&pending);
  producer.Dispatch();
}

void ProduceOperation::OnReported(Pending& pending, DeliveryReport report) {
  const RecordResult result = ResultOf(report);
  if (!report.ok()) metrics_.OnRecordFailed(report.error().code);
  pending.report_ = std::move(report);
  State expected = State::kPending;
  const bool in_time = pending.state_.compare_exchange_strong(
      expected, State::kReported, std::memory_order_acq_rel, std::memory_order_acquire);
  const bool known = in_time || expected == State::kWithdrawn;
  const Clock::TimePoint dispatched_at = pending.dispatched_at;
  const Clock::TimePoint now =
      pending.reported_at != Clock::TimePoint() ? pending.reported_at : clock_.Now();
  metrics_.OnRecordReported(pending.record().topic, known ? result : RecordResult::kLate,
                            pending.record().PayloadBytes(), now - sent_at_);
  if (unreported_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;

  // Before the answer: a client that has it may read the metrics.
  const bool was_taken = dispatched_at != Clock::TimePoint();
  metrics_.OnStage(LatencyStage::kHeld, (was_taken ? dispatched_at : now) - sent_at_);
  if (was_taken) metrics_.OnStage(LatencyStage::kBroker, now - dispatched_at);
  const std::shared_ptr<ProduceOperation> last = std::move(self_);
  if (!answered_.exchange(true, std::memory_order_acq_rel)) {
    complete_ = true;
    Answer();
  }
  if (released_) released_();
}

void ProduceOperation::Expire() {
  if (answered_.exchange(true, std::memory_order_acq_rel)) return;
  std::size_t withdrawn = 0;
  for (Pending& pending : pending_) {
    if (pending.state_.load(std::memory_order_acquire) != State::kPending) continue;
    const bool never_sent = pending.Withdraw();
    withdrawn += never_sent ? 1 : 0;
    State expected = State::kPending;
    pending.state_.compare_exchange_strong(expected,
                                           never_sent ? State::kWithdrawn : State::kExpired,
                                           std::memory_order_acq_rel, std::memory_order_acquire);
  }
  Answer();
  if (withdrawn > 0) producer_->OnWithdrawn(withdrawn);
}

void ProduceOperation::Answer() {
  const Callback answer = std::move(answer_);
  answer(shared_from_this());
}

const DeliveryReport& ProduceOperation::outcome(std::size_t index) const {
  const Pending& pending = pending_[index];
  switch (pending.state_.load(std::memory_order_acquire)) {
    case State::kReported:
      return pending.report_;
    case State::kWithdrawn:
      return WithdrawnReport();
    case State::kPending:
    case State::kExpired:
      break;
  }
  return DeadlineReport();
}

}  // namespace gateway
