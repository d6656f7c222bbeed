// The use case: accept the records of one request, refuse all of them if one breaks a rule,
// otherwise send each and answer when every outcome is known. Knows neither HTTP nor librdkafka.
// Thread-safe; owned by main, outlives every request.
#ifndef GATEWAY_SERVICE_PRODUCE_PRODUCE_SERVICE_H_
#define GATEWAY_SERVICE_PRODUCE_PRODUCE_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "service/limits/admission.h"
#include "service/ports/clock.h"
#include "service/ports/produce_metrics.h"
#include "service/ports/producer.h"
#include "service/produce/produce_operation.h"
#include "service/produce/record_validation.h"
#include "service/produce/request_errors.h"
#include "service/produce/topic_policy.h"
#include "service/types/error.h"
#include "service/types/record.h"
#include "service/types/result.h"

namespace gateway {

class ProduceService final {
 public:
  ProduceService(Producer& producer, const Clock& clock, ProduceMetrics& metrics,
                 TopicPolicy policy, RecordLimits limits);

  // The place of a record's `member` ("/topic"; "": the record itself) in the request: an
  // ErrorDetail without its detail.
  using Locate =
      std::function<ErrorDetail(std::size_t index, const Record& record, std::string_view member)>;

  // Sends `records`, or refuses them all: kInvalidRecord, kTopicForbidden, kRecordTooLarge,
  // kTooManyRecords, with up to kMaxErrorDetails errors, or kOverloaded; then nothing was sent and
  // `answer` is not called. Otherwise it is called exactly once, from any thread, possibly before
  // Produce returns. `ticket` is the request's share of the budgets, which the operation keeps
  // until the last record is reported. Call ProduceOperation::Expire of the returned operation at
  // the deadline.
  Result<std::shared_ptr<ProduceOperation>> Produce(RequestRecords records,
                                                    Admission::Ticket ticket, const Locate& locate,
                                                    ProduceOperation::Callback answer);

  // Returns why a request with these records is refused; nothing if it is not. `found` are the
  // errors of the request's parser, which are listed together with those found here; unreadable
  // members of a record are then absent, and an unreadable topic is null (no data). Malformed takes
  // precedence over forbidden, and forbidden over size: 400, 403, 413. `request_headers`: see
  // RequestRecords.
  std::optional<Error> Refuse(std::span<const Record> records, const Locate& locate,
                              RequestErrors found = {},
                              std::span<const Header> request_headers = {}) const;

  const RecordLimits& limits() const { return limits_; }
  const TopicPolicy& policy() const { return policy_; }

 private:
  Producer& producer_;
  const Clock& clock_;
  ProduceMetrics& metrics_;
  TopicPolicy policy_;
  RecordLimits limits_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_PRODUCE_SERVICE_H_
