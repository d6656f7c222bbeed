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

const DeliveryReport& DeadlineReport() {
  static const DeliveryReport report(Error(
      ErrorCode::kDeliveryTimeout,
      "Kafka did not confirm the record before the request's deadline. It may still be stored: "
      "retry only if a duplicate is harmless.",
      Persistence::kPossiblyPersisted));
  return report;
}

}  // namespace

const DeliveryReport& WithdrawnReport() {
  static const DeliveryReport report(Error(
      ErrorCode::kDeliveryTimeout,
      "The record still waited in the gateway when the request's deadline came. It was withdrawn "
      "and never sent to Kafka: a retry cannot duplicate it."));
  return report;
}

ProduceOperation::Pending::Pending(Pending&& other) noexcept
    : PendingRecord(other), operation_(other.operation_), report_(std::move(other.report_)) {}

std::shared_ptr<ProduceOperation> ProduceOperation::Create(RequestRecords&& records,
                                                           Admission::Ticket&& ticket,
                                                           const Clock& clock,
                                                           ProduceMetrics& metrics,
                                                           Callback&& answer) {
  return std::shared_ptr<ProduceOperation>(new ProduceOperation(
      std::move(records), std::move(ticket), clock, metrics, std::move(answer)));
}

ProduceOperation::ProduceOperation(RequestRecords&& records, Admission::Ticket&& ticket,
                                   const Clock& clock, ProduceMetrics& metrics, Callback&& answer)
    : request_(std::move(records)),
      ticket_(std::move(ticket)),
      clock_(clock),
      metrics_(metrics),
      answer_(std::move(answer)),
      unreported_(request_.records.size()) {
  pending_.reserve(request_.records.size());
  for (const Record& record : request_.records) pending_.emplace_back(&record, this);
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

std::optional<Error> ProduceOperation::Submit(Producer& producer) {
  // The last record may be reported, and self_ released, before the producer returns.
  const std::shared_ptr<ProduceOperation> keep = shared_from_this();
  self_ = keep;
  producer_ = &producer;
  submitted_at_ = clock_.Now();
  RecordQueue queue;
  for (Pending& pending : pending_) {
    pending.answered = request_.answered;
    queue.Push(&pending);
  }
  std::optional<Error> refused = producer.Submit(std::move(queue));
  if (refused) {
    self_.reset();
    return refused;
  }
  CountSubmitted();
  return std::nullopt;
}

void ProduceOperation::CountSubmitted() {
  std::int64_t bytes = 0;
  for (const Record& record : request_.records) {
    bytes += static_cast<std::int64_t>(record.PayloadBytes());
  }
  if (request_.complete_at != Clock::TimePoint()) {
    metrics_.OnStage(LatencyStage::kParse, submitted_at_ - request_.complete_at);
  }
  metrics_.OnBatch(request_.records.size());
  metrics_.OnRecordsSent(static_cast<std::int64_t>(request_.records.size()), bytes);
}

void ProduceOperation::OnReported(Pending& pending, DeliveryReport report) {
  const RecordResult result = ResultOf(report);
  if (!report.ok()) metrics_.OnRecordFailed(report.error().code);
  pending.report_ = std::move(report);
  const bool known = pending.Settle() || pending.withdrawn();
  const Clock::TimePoint dispatched_at = pending.dispatched_at;
  const Clock::TimePoint now =
      pending.reported_at != Clock::TimePoint() ? pending.reported_at : clock_.Now();
  metrics_.OnRecordReported(pending.record().topic, known ? result : RecordResult::kLate,
                            pending.record().PayloadBytes(), now - submitted_at_);
  if (unreported_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;

  // Outcomes count before the answer, because a client may read the metrics as soon as it has the
  // answer. (Submissions may count after it; the gauge of records never shows less than zero.)
  const bool was_dispatched = dispatched_at != Clock::TimePoint();
  metrics_.OnStage(LatencyStage::kHeld, (was_dispatched ? dispatched_at : now) - submitted_at_);
  if (was_dispatched) metrics_.OnStage(LatencyStage::kBroker, now - dispatched_at);
  const std::shared_ptr<ProduceOperation> last = std::move(self_);
  if (answered_.exchange(true, std::memory_order_acq_rel)) {
    ticket_ = {};
    return;
  }
  complete_ = true;
  Answer();
}

void ProduceOperation::Expire() {
  if (answered_.exchange(true, std::memory_order_acq_rel)) return;
  std::size_t withdrawn = 0;
  std::vector<const PendingRecord*> in_flight;
  for (Pending& pending : pending_) {
    if (pending.Withdraw()) {
      ++withdrawn;
    } else if (pending.expired()) {
      in_flight.push_back(&pending);
    }
  }
  // Before the answer: what its client sends next must be stored after these.
  if (!in_flight.empty()) producer_->OnExpired(in_flight);
  Answer();
  if (withdrawn > 0) producer_->OnWithdrawn(withdrawn);
}

void ProduceOperation::Answer() {
  const Callback answer = std::move(answer_);
  answer(shared_from_this());
}

const DeliveryReport& ProduceOperation::outcome(std::size_t index) const {
  const Pending& pending = pending_[index];
  switch (pending.state()) {
    case Pending::State::kReported:
      return pending.report_;
    case Pending::State::kWithdrawn:
      return WithdrawnReport();
    case Pending::State::kQueued:  // neither can be, once answered
    case Pending::State::kInFlight:
    case Pending::State::kExpired:
      break;
  }
  return DeadlineReport();
}

}  // namespace gateway
