#include "service/produce/produce_service.h"

#include <optional>
#include <utility>

#include "service/types/error.h"
#include "service/types/record.h"

namespace gateway {
namespace {

constexpr std::string_view kTopic = "/topic";

}  // namespace

ProduceService::ProduceService(Producer& producer, const Clock& clock, ProduceMetrics& metrics,
                               TopicPolicy policy, RecordLimits limits)
    : producer_(producer),
      clock_(clock),
      metrics_(metrics),
      policy_(std::move(policy)),
      limits_(limits) {}

Result<std::shared_ptr<ProduceOperation>> ProduceService::Produce(RequestRecords records,
                                                                  Admission::Ticket ticket,
                                                                  const Locate& locate,
                                                                  ProduceOperation::Callback answer,
                                                                  const Caller* caller) {
  if (records.records.empty()) {  // no report would ever answer the request
    Error error;
    error.code = ErrorCode::kInvalidRecord;
    error.detail = "The request has no records; send at least one.";
    return error;
  }
  if (records.records.size() > limits_.max_batch_records) {
    Error error;
    error.code = ErrorCode::kTooManyRecords;
    error.detail = TooManyRecords(limits_.max_batch_records);
    return error;
  }
  if (auto refused = Refuse(records.records, locate, {}, records.request_headers, caller)) {
    return std::move(*refused);
  }
  std::shared_ptr<ProduceOperation> operation = ProduceOperation::Create(
      std::move(records), std::move(ticket), clock_, metrics_, std::move(answer));
  if (std::optional<Error> refused = operation->Submit(producer_)) return *std::move(refused);
  return operation;
}

std::optional<Error> ProduceService::Refuse(std::span<const Record> records, const Locate& locate,
                                            RequestErrors found,
                                            std::span<const Header> request_headers,
                                            const Caller* caller) const {
  const TimestampMs now = clock_.UnixMillis();
  const bool all_read = found.empty();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Record& record = records[i];
    const auto add = [&](RequestErrorKind kind, std::string_view member, std::string detail) {
      ErrorDetail fault = locate(i, record, member);
      fault.detail = std::move(detail);
      if (fault.record) {
        found.Add(kind, std::move(fault));
      } else {
        found.AddOnce(kind, std::move(fault));
      }
    };
    const bool topic_known = all_read || record.topic.data() != nullptr;
    for (RecordError& fault : CheckRecord(record, limits_, now, request_headers)) {
      if (topic_known || fault.member != kTopic)
        add(fault.kind, fault.member, std::move(fault.detail));
    }
    if (!IsLegalTopicName(record.topic)) continue;
    if (caller != nullptr && !caller->rights.Allows(TopicOperation::kWrite, record.topic)) {
      add(RequestErrorKind::kNotGranted, kTopic,
          NotGranted(caller->principal, TopicOperation::kWrite, record.topic));
    } else if (!policy_.Allows(record.topic)) {
      add(RequestErrorKind::kForbidden, kTopic,
          "This gateway may not write to \"" + std::string(record.topic) +
              "\" (Topics:Allow, Topics:Deny).");
    }
  }
  if (found.empty()) return std::nullopt;
  return std::move(found).Build();
}

}  // namespace gateway
