#include "infra/kafka/types/record_errors.h"

#include <optional>
#include <string>
#include <string_view>

namespace gateway {
namespace {

std::string Named(std::string_view topic, std::optional<Partition> partition) {
  std::string text = "topic \"" + std::string(topic) + "\"";
  if (partition) text = "partition " + std::to_string(*partition) + " of " + text;
  return text;
}

// Names the topic, and the partition if requested, but no internals.
std::string DetailOf(ErrorCode code, Persistence persistence, std::string_view topic,
                     std::optional<Partition> partition) {
  const std::string where = Named(topic, partition);
  const std::string retry = persistence == Persistence::kNotPersisted
                                ? " It was not stored: a retry cannot duplicate it."
                                : " It may be stored: retry only if a duplicate is harmless.";
  switch (code) {
    case ErrorCode::kTopicNotFound:
      return "The cluster has no " + Named(topic, {}) + ". Check the name, or create the topic.";
    case ErrorCode::kPartitionNotFound:
      return "There is no " + where + ". Leave the partition out to let the gateway choose.";
    case ErrorCode::kTopicNotAuthorized:
      return "The cluster does not allow the gateway to write to " + Named(topic, {}) +
             ", or has no such topic: with access control it says the same of both. Check the "
             "name; "
             "the cluster's operator grants WRITE and DESCRIBE to the gateway's principal.";
    case ErrorCode::kKafkaAccess:
      return "The record for " + where + " was not stored: a retry cannot duplicate it.";
    case ErrorCode::kInvalidRecord:
      return "Kafka does not accept the name of " + Named(topic, {}) + ".";
    case ErrorCode::kRecordTooLarge:
      return "The record is larger than " + where +
             " allows (max.message.bytes), or was batched with one that is.";
    case ErrorCode::kRecordRejected:
      return "A broker rejected the record for " + where +
             ": its timestamp is outside the range that the topic allows, or it has no key and the "
             "topic is compacted, or a policy of the cluster forbids it.";
    case ErrorCode::kOverloaded:
      return "The gateway's queue has reached its limit; the record for " + where +
             " was not accepted." + retry;
    case ErrorCode::kBrokersUnavailable:
      return "No broker accepted the record for " + where + "." + retry;
    case ErrorCode::kNotEnoughReplicas:
      return "Fewer replicas of " + where + " are in sync than min.insync.replicas requires." +
             retry;
    case ErrorCode::kProducerFailed:
      return "The gateway's producer met a fatal error and is being replaced; the record for " +
             where + " was not sent." + retry;
    case ErrorCode::kDraining:
      return "The gateway is shutting down; the record for " + where + " was not sent." + retry;
    case ErrorCode::kDeliveryTimeout:
      return "Kafka did not confirm the record for " + where + " in time." + retry;
    case ErrorCode::kOutcomeUnknown:
      return "The connection to the broker of " + where +
             " broke, or its answer does not say whether the record was stored." + retry;
    case ErrorCode::kTooManyRecords:
    case ErrorCode::kForbidden:
    case ErrorCode::kTopicForbidden:
    case ErrorCode::kInternal:
      break;
  }
  return "The gateway met an internal error with the record for " + where + "." + retry;
}

}  // namespace

ErrorCode CauseOf(ErrorCode code, const ClusterConnectivity& connectivity) {
  if (code != ErrorCode::kDeliveryTimeout && code != ErrorCode::kBrokersUnavailable) return code;
  if (connectivity.access_refused) return ErrorCode::kKafkaAccess;
  return connectivity.no_broker_up ? ErrorCode::kBrokersUnavailable : code;
}

Error RefusedAccess(const std::string& sentence, const Record& record) {
  Error error = MakeError(ErrorCode::kKafkaAccess, Persistence::kNotPersisted, record);
  error.detail = (sentence.empty() ? "The Kafka cluster did not let the gateway in." : sentence) +
                 " " + error.detail;
  return error;
}

Error MakeError(ErrorCode code, Persistence persistence, const Record& record) {
  return Error(code, DetailOf(code, persistence, record.topic, record.partition), persistence);
}

}  // namespace gateway
