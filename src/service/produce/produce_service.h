// The use case of the gateway: checks the records of one request, refuses all of them if one breaks
// a rule, and otherwise sends them and answers when every outcome is known. Knows neither HTTP nor
// librdkafka. Thread-safe; owned by main, outlives every request.
#ifndef GATEWAY_SERVICE_PRODUCE_PRODUCE_SERVICE_H_
#define GATEWAY_SERVICE_PRODUCE_PRODUCE_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "service/auth/caller.h"
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

  // Locates `member` of record `index` in the request; `member` is a JSON pointer relative to the
  // record, such as "/topic" ("": the record itself). Returns an ErrorDetail whose detail is empty.
  using Locate =
      std::function<ErrorDetail(std::size_t index, const Record& record, std::string_view member)>;

  // Sends all of `records`, or none. If a record breaks a rule, returns kInvalidRecord, kForbidden,
  // kTopicForbidden or kRecordTooLarge with up to kMaxErrorDetails errors; if there are too many
  // records, kTooManyRecords; if the
  // backlog of a topic is at its limit, returns kOverloaded. Then `answer` is not called. Otherwise
  // returns the operation, whose Expire the caller must call at the deadline, and `answer` is
  // called exactly once, on any thread, possibly before Produce returns. The operation keeps
  // `ticket`, the request's share of the budgets, until the last record is reported. `caller`:
  // null if callers are not authenticated.
  Result<std::shared_ptr<ProduceOperation>> Produce(RequestRecords records,
                                                    Admission::Ticket ticket, const Locate& locate,
                                                    ProduceOperation::Callback answer,
                                                    const Caller* caller = nullptr);

  // Returns the refusal of a request with these records, or nothing if every record is valid. The
  // refusal lists `found`, the errors of the request's parser, together with the errors found here.
  // If the parser could not read a member of a record, the member is absent; if it could not read
  // the topic, topic.data() is null. If errors are of several kinds, malformed takes precedence
  // over forbidden, and forbidden over too large (400, 403, 413). If a topic is not granted to
  // `caller`, the refusal does not say whether Topics:Allow and Topics:Deny permit it.
  // `request_headers`: see RequestRecords.
  std::optional<Error> Refuse(std::span<const Record> records, const Locate& locate,
                              RequestErrors found = {},
                              std::span<const Header> request_headers = {},
                              const Caller* caller = nullptr) const;

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
