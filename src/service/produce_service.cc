#include "produce_service.h"

#include <optional>
#include <utility>

namespace gateway {
namespace {

// Collects the faults of a whole request, so that a client sees all of them at once.
class Refusal {
 public:
  void Add(const ProduceService::PointerOf& pointer_of, std::size_t index, RecordFaults faults) {
    if (faults.other) code_ = ErrorCode::kInvalidRecord;
    if (faults.too_large && !code_) code_ = ErrorCode::kRecordTooLarge;
    for (ErrorDetail& fault : faults.errors) {
      Add({pointer_of(index) + fault.pointer, std::move(fault.detail)});
    }
  }
  void Forbid(const ProduceService::PointerOf& pointer_of, std::size_t index,
              std::string_view topic) {
    forbidden_ = true;
    Add({pointer_of(index) + "/topic", "This gateway does not write to \"" + std::string(topic) +
                                           "\" (Topics:Allow, Topics:Deny)."});
  }

  bool empty() const { return error_.errors.empty(); }

  Error Build() && {
    // A malformed record outranks policy, policy outranks size: 400, 403, 413.
    error_.code = forbidden_ && code_ != ErrorCode::kInvalidRecord
                      ? ErrorCode::kTopicForbidden
                      : code_.value_or(ErrorCode::kInvalidRecord);
    error_.detail = error_.errors.front().detail;
    if (error_.errors.size() > 1 || error_.truncated) {
      error_.detail += " See \"errors\" for the other faults; nothing of this request was sent.";
    }
    return std::move(error_);
  }

 private:
  void Add(ErrorDetail detail) {
    if (error_.errors.size() < kMaxErrorDetails) {
      error_.errors.push_back(std::move(detail));
    } else {
      error_.truncated = true;
    }
  }

  Error error_;
  std::optional<ErrorCode> code_;
  bool forbidden_ = false;
};

}  // namespace

ProduceService::ProduceService(Producer& producer, const Clock& clock, Metrics& metrics,
                               TopicPolicy policy, RecordLimits limits)
    : producer_(producer),
      clock_(clock),
      metrics_(metrics),
      policy_(std::move(policy)),
      limits_(limits) {}

Result<std::shared_ptr<ProduceBatch>> ProduceService::Produce(RecordBatch records,
                                                              const PointerOf& pointer_of,
                                                              ProduceBatch::Callback answer,
                                                              ProduceBatch::Released released) {
  if (records.records.empty()) {  // no last report would ever answer it
    Error error;
    error.code = ErrorCode::kInvalidRecord;
    error.detail = "The request has no records; send at least one.";
    return error;
  }
  if (records.records.size() > limits_.max_batch_records) {
    Error error;
    error.code = ErrorCode::kTooManyRecords;
    error.detail = "The request has " + std::to_string(records.records.size()) +
                   " records; at most " + std::to_string(limits_.max_batch_records) +
                   " are allowed (Limits:MaxBatchRecords). Send them in several requests.";
    return error;
  }
  if (std::optional<Error> refused = Refuse(records.records, pointer_of))
    return std::move(*refused);
  if (std::optional<Error> full = RefuseWhatIsFull(records.records)) return *std::move(full);

  std::shared_ptr<ProduceBatch> batch = ProduceBatch::Create(
      std::move(records), clock_, metrics_, std::move(answer), std::move(released));
  batch->Send(producer_);
  return batch;
}

std::optional<Error> ProduceService::Refuse(std::span<const Record> records,
                                            const PointerOf& pointer_of) const {
  Refusal refusal;
  const TimestampMs now = clock_.UnixMillis();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    RecordFaults faults = CheckRecord(record, limits_, now);
    if (!faults.errors.empty()) refusal.Add(pointer_of, i, std::move(faults));
    if (IsLegalTopicName(record.topic) && !policy_.Allows(record.topic)) {
      refusal.Forbid(pointer_of, i, record.topic);
    }
  }
  if (refusal.empty()) return std::nullopt;
  return std::move(refusal).Build();
}

// All or nothing: a batch of which a part was taken would be answered at the length of its
// failures, and sent again whole.
std::optional<Error> ProduceService::RefuseWhatIsFull(std::span<const Record> records) const {
  std::string_view last;
  for (const Record& record : records) {
    if (record.topic == last) continue;
    last = record.topic;
    if (producer_.HasRoomFor(last)) continue;
    Error error;
    error.code = ErrorCode::kOverloaded;
    error.detail = "As many records of the topic \"" + std::string(last) +
                   "\" wait for Kafka already as may wait. Nothing of this request was sent.";
    return error;
  }
  return std::nullopt;
}

}  // namespace gateway
