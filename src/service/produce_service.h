// The use case: take the records of one request, refuse all of them if one breaks a rule, else send
// each and answer when every one has its fate. Knows neither HTTP nor librdkafka. Thread-safe;
// owned by main, outlives every request.
#ifndef GATEWAY_SERVICE_PRODUCE_SERVICE_H_
#define GATEWAY_SERVICE_PRODUCE_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "ports.h"
#include "produce_batch.h"
#include "record_limits.h"
#include "result.h"
#include "topic_policy.h"

namespace gateway {

class ProduceService final {
 public:
  ProduceService(Producer& producer, const Clock& clock, Metrics& metrics, TopicPolicy policy,
                 RecordLimits limits);

  // Where a record's pointer starts: "" if the body is the record itself, "/3" or "/messages/3" in
  // a batch.
  using PointerOf = std::function<std::string(std::size_t index)>;

  // Sends `records`, or refuses them all: kInvalidRecord, kTopicForbidden, kRecordTooLarge,
  // kTooManyRecords, with up to kMaxErrorDetails errors, or kOverloaded; then nothing was sent and
  // neither callback is called. Otherwise `answer` is called exactly once, from any thread,
  // possibly before Produce returns, and `released` when the last byte is free. The batch that is
  // returned takes the deadline (ProduceBatch::Expire).
  Result<std::shared_ptr<ProduceBatch>> Produce(RecordBatch records, const PointerOf& pointer_of,
                                                ProduceBatch::Callback answer,
                                                ProduceBatch::Released released = {});

  // Why records like these would be refused; nothing if they would not.
  std::optional<Error> Refuse(std::span<const Record> records, const PointerOf& pointer_of) const;

  const RecordLimits& limits() const { return limits_; }
  const TopicPolicy& policy() const { return policy_; }

 private:
  std::optional<Error> RefuseWhatIsFull(std::span<const Record> records) const;

  Producer& producer_;
  const Clock& clock_;
  Metrics& metrics_;
  TopicPolicy policy_;
  RecordLimits limits_;
};

}  // namespace gateway

#endif  // GATEWAY_SERVICE_PRODUCE_SERVICE_H_
