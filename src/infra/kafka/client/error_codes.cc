#include "infra/kafka/client/error_codes.h"

#include <charconv>
#include <string>

namespace gateway {
namespace {

std::string Named(std::string_view topic, std::optional<Partition> partition) {
  std::string text = "topic \"" + std::string(topic) + "\"";
  if (partition) text = "partition " + std::to_string(*partition) + " of " + text;
  return text;
}

// A possibly stored record never gets an error that names a cause: what matters is that a retry may
// duplicate it.
ErrorCode Uncertain(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ? ErrorCode::kDeliveryTimeout
                                                  : ErrorCode::kOutcomeUnknown;
}

// A timeout does not say why; the known state of the cluster may.
ErrorCode Refine(ErrorCode code, const ClusterConnectivity& connectivity) {
  if (code != ErrorCode::kDeliveryTimeout && code != ErrorCode::kBrokersUnavailable) return code;
  if (connectivity.credentials_refused) return ErrorCode::kClusterAuthorizationFailed;
  return connectivity.no_broker_up ? ErrorCode::kBrokersUnavailable : code;
}

}  // namespace

std::optional<BrokerId> BrokerOf(std::string_view error_text) {
  const std::string_view name = error_text.substr(0, error_text.find(": "));
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  BrokerId id = kNoLeader;
  const auto [end, error] = std::from_chars(name.data() + slash + 1, name.data() + name.size(), id);
  if (error != std::errc() || end != name.data() + name.size() || id < 0) return std::nullopt;
  return id;
}

ErrorCode CodeOf(rd_kafka_resp_err_t code) {
  switch (code) {
    // No broker accepted the record: a retry may find one that does.
    case RD_KAFKA_RESP_ERR__BAD_MSG:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__NODE_UPDATE:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__OUTDATED:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__WAIT_CACHE:
    case RD_KAFKA_RESP_ERR__INTR:
    case RD_KAFKA_RESP_ERR__PARTIAL:
    case RD_KAFKA_RESP_ERR__UNDERFLOW:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR__UNKNOWN_BROKER:
    case RD_KAFKA_RESP_ERR_UNKNOWN:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_STALE_CTRL_EPOCH:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_OPERATION_NOT_ATTEMPTED:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_LOG_DIR_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_STALE_BROKER_EPOCH:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_ELECTION_NOT_NEEDED:
    case RD_KAFKA_RESP_ERR_NO_REASSIGNMENT_IN_PROGRESS:
#if RD_KAFKA_VERSION >= 0x020a00ff
    case RD_KAFKA_RESP_ERR_REBOOTSTRAP_REQUIRED:
    case RD_KAFKA_RESP_ERR__DESTROY_BROKER:
#endif
      return ErrorCode::kBrokersUnavailable;
    case RD_KAFKA_RESP_ERR__ISR_INSUFF:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS:
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      return ErrorCode::kNotEnoughReplicas;
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
      return ErrorCode::kDeliveryTimeout;
    // A queue, a quota or memory is exhausted.
    case RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE:
    case RD_KAFKA_RESP_ERR__QUEUE_FULL:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
      return ErrorCode::kOverloaded;
    // The producer instance, not the record, is at fault: it is replaced or its epoch bumped.
    case RD_KAFKA_RESP_ERR__DESTROY:
    case RD_KAFKA_RESP_ERR__PURGE_QUEUE:
    case RD_KAFKA_RESP_ERR__PURGE_INFLIGHT:
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__INCONSISTENT:
    case RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING:
    case RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED:
    case RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
#if RD_KAFKA_VERSION >= 0x020f00ff
    case RD_KAFKA_RESP_ERR_TRANSACTION_ABORTABLE:
#endif
      return ErrorCode::kProducerFailed;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
#if RD_KAFKA_VERSION >= 0x020400ff
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
#endif
#if RD_KAFKA_VERSION >= 0x020f00ff
    case RD_KAFKA_RESP_ERR_INCONSISTENT_TOPIC_ID:
#endif
      return ErrorCode::kTopicNotFound;
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      return ErrorCode::kPartitionNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return ErrorCode::kTopicAuthorizationFailed;
    // The gateway's identity or authentication.
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTH_DISABLED:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_OWNER_MISMATCH:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_REQUEST_NOT_ALLOWED:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_EXPIRED:
    case RD_KAFKA_RESP_ERR_INVALID_PRINCIPAL_TYPE:
    case RD_KAFKA_RESP_ERR_UNACCEPTABLE_CREDENTIAL:
    case RD_KAFKA_RESP_ERR_PRINCIPAL_DESERIALIZATION_FAILURE:
      return ErrorCode::kClusterAuthorizationFailed;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return ErrorCode::kInvalidRecord;
    case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
      return ErrorCode::kRecordTooLarge;
    // The broker examined the record and rejected it.
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_MSG:
    case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD:
      return ErrorCode::kRecordRejected;
    // Codes for consumers, groups, transactions and administration, which a producer never gets.
    case RD_KAFKA_RESP_ERR__BEGIN:
    case RD_KAFKA_RESP_ERR__FAIL:
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
    case RD_KAFKA_RESP_ERR__FS:
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR__EXISTING_SUBSCRIPTION:
    case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
    case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
    case RD_KAFKA_RESP_ERR__CONFLICT:
    case RD_KAFKA_RESP_ERR__STATE:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PROTOCOL:
    case RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
    case RD_KAFKA_RESP_ERR__NO_OFFSET:
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR__KEY_SERIALIZATION:
    case RD_KAFKA_RESP_ERR__VALUE_SERIALIZATION:
    case RD_KAFKA_RESP_ERR__KEY_DESERIALIZATION:
    case RD_KAFKA_RESP_ERR__VALUE_DESERIALIZATION:
    case RD_KAFKA_RESP_ERR__READ_ONLY:
    case RD_KAFKA_RESP_ERR__NOENT:
    case RD_KAFKA_RESP_ERR__INVALID_TYPE:
    case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
    case RD_KAFKA_RESP_ERR__NOT_CONFIGURED:
    case RD_KAFKA_RESP_ERR__APPLICATION:
    case RD_KAFKA_RESP_ERR__ASSIGNMENT_LOST:
    case RD_KAFKA_RESP_ERR__NOOP:
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR__END:
    case RD_KAFKA_RESP_ERR_NO_ERROR:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
    case RD_KAFKA_RESP_ERR_OFFSET_METADATA_TOO_LARGE:
    case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
    case RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID:
    case RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT:
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
    case RD_KAFKA_RESP_ERR_INVALID_TXN_STATE:
    case RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH:
    case RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED:
    case RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED:
    case RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED:
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_GROUP_SUBSCRIBED_TO_TOPIC:
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
    case RD_KAFKA_RESP_ERR_RESOURCE_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_DUPLICATE_RESOURCE:
    case RD_KAFKA_RESP_ERR_INCONSISTENT_VOTER_SET:
    case RD_KAFKA_RESP_ERR_INVALID_UPDATE_VERSION:
    case RD_KAFKA_RESP_ERR_FEATURE_UPDATE_FAILED:
    case RD_KAFKA_RESP_ERR_END_ALL:
#if RD_KAFKA_VERSION >= 0x020100ff
    case RD_KAFKA_RESP_ERR__LOG_TRUNCATION:
#endif
#if RD_KAFKA_VERSION >= 0x020400ff
    case RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD:
    case RD_KAFKA_RESP_ERR_FENCED_MEMBER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNRELEASED_INSTANCE_ID:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_ASSIGNOR:
    case RD_KAFKA_RESP_ERR_STALE_MEMBER_EPOCH:
#endif
#if RD_KAFKA_VERSION >= 0x020500ff
    case RD_KAFKA_RESP_ERR_UNKNOWN_SUBSCRIPTION_ID:
    case RD_KAFKA_RESP_ERR_TELEMETRY_TOO_LARGE:
#endif
#if RD_KAFKA_VERSION >= 0x020f00ff
    case RD_KAFKA_RESP_ERR_DUPLICATE_VOTER:
    case RD_KAFKA_RESP_ERR_FENCED_STATE_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_RECORD_STATE:
    case RD_KAFKA_RESP_ERR_INVALID_REGISTRATION:
    case RD_KAFKA_RESP_ERR_INVALID_REGULAR_EXPRESSION:
    case RD_KAFKA_RESP_ERR_INVALID_SHARE_SESSION_EPOCH:
    case RD_KAFKA_RESP_ERR_INVALID_VOTER_KEY:
    case RD_KAFKA_RESP_ERR_MISMATCHED_ENDPOINT_TYPE:
    case RD_KAFKA_RESP_ERR_SHARE_SESSION_LIMIT_REACHED:
    case RD_KAFKA_RESP_ERR_SHARE_SESSION_NOT_FOUND:
    case RD_KAFKA_RESP_ERR_STREAMS_INVALID_TOPOLOGY:
    case RD_KAFKA_RESP_ERR_STREAMS_INVALID_TOPOLOGY_EPOCH:
    case RD_KAFKA_RESP_ERR_STREAMS_TOPOLOGY_FENCED:
    case RD_KAFKA_RESP_ERR_UNKNOWN_CONTROLLER_ID:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_ENDPOINT_TYPE:
    case RD_KAFKA_RESP_ERR_VOTER_NOT_FOUND:
#endif
      return ErrorCode::kInternal;
  }
  return ErrorCode::kInternal;  // a code that this build's librdkafka did not know
}

bool RefusesBatch(rd_kafka_resp_err_t code) {
  const ErrorCode meaning = CodeOf(code);
  return meaning == ErrorCode::kRecordTooLarge || meaning == ErrorCode::kRecordRejected;
}

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
    case ErrorCode::kTopicAuthorizationFailed:
      return "The cluster does not allow the gateway to write to " + Named(topic, {}) +
             ". Its operator must grant WRITE to the gateway's principal.";
    case ErrorCode::kClusterAuthorizationFailed:
      return "The cluster rejected the gateway's credentials or permissions, so the record for " +
             where + " could not be sent. The gateway's operator must correct them.";
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
    case ErrorCode::kTopicForbidden:
    case ErrorCode::kInternal:
      break;
  }
  return "The gateway met an internal error with the record for " + where + "." + retry;
}

Error MakeError(ErrorCode code, Persistence persistence, const Record& record) {
  return Error(code, DetailOf(code, persistence, record.topic, record.partition), persistence);
}

Error SynchronousError(rd_kafka_resp_err_t code, const Record& record,
                       const ClusterConnectivity& connectivity) {
  return MakeError(Refine(CodeOf(code), connectivity), Persistence::kNotPersisted, record);
}

Error DeliveryError(rd_kafka_resp_err_t code, rd_kafka_msg_status_t status, const Record& record,
                    const ClusterConnectivity& connectivity) {
  if (status == RD_KAFKA_MSG_STATUS_NOT_PERSISTED) {
    return SynchronousError(code, record, connectivity);
  }
  return MakeError(Uncertain(code), Persistence::kPossiblyPersisted, record);
}

}  // namespace gateway
